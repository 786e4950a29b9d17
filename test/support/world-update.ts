import type { UpdateActivities } from '../../activities/types.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Proof } from '../../domain/proof.ts';
import type { World } from './world.ts';

interface Tools {
  readonly note: (what: string) => Promise<unknown>;
  readonly plan: (gate: 'rollout', binding: object, rows: string[]) => PlanRef;
  readonly prove: <W extends string, F extends Proof['facts']>(
    what: W,
    summary: string,
    facts: F,
  ) => Promise<Proof & { what: W; facts: F }>;
}

/** R2 and R8 in memory. */
export function updateIn(world: Pick<World, 'changes'>, { note, plan, prove }: Tools): UpdateActivities {
  return {
    updateLeader: async ({ host }) => {
      await note(`update ${host}`);
      return prove('leader', 'updated', { host, changes: world.changes });
    },
    leaderInstructions: async ({ host }) => `Update ${host}.`,
    checkLayout: async ({ host }) => prove('layout', 'fine', { host }),
    reinstallInstructions: async ({ host }) => `Reinstall ${host}.`,
    buildImage: async ({ label }) => {
      await note(`image ${label}`);
      const facts = { name: `2027-02-11-${label}`, path: '/i', snapshotUuid: 'u', parent: null, bytes: 1, sha256: 's' };
      return prove('image', 'image', { ...facts, changes: world.changes });
    },
    buildFullImage: async ({ image }) => image,
    pruneImages: async () => prove('images-pruned', 'none', { deleted: 0, kept: 1 }),
    planRollout: async ({ followers }) => ({
      ...plan('rollout', { followers }, [...followers]),
      empty: world.changes === 0,
    }),
    receiveImage: async ({ host }) => prove('receive', `received ${host}`, { host }),
    prepareRoot: async ({ host }) => prove('root-prepared', `prepared ${host}`, { host }),
    swapRoot: async ({ host }) => prove('swap', `swapped ${host}`, { host, bootId: `boot-${host}` }),
    rebootHost: async ({ host, image, bootIdBefore }) => {
      await note(`reboot ${host}`);
      const facts = { host, image: image.facts.name, bootIdBefore, bootIdAfter: `${bootIdBefore}+1` };
      return prove('host-update', `${host} runs it`, { ...facts, defaultSubvolume: 'root' });
    },
    rollBack: async ({ host }) => {
      await note(`roll back ${host}`);
      return prove('rolled-back', `${host} is back`, { host, from: 'i', bootId: 'b' });
    },
    lookImages: async ({ hosts }) => hosts.map((host) => ({ host, image: null, failed: [], silent: null })),
  };
}
