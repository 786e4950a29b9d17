import { ApplicationFailure } from '@temporalio/common';
import { refuse } from '../../activities/failures.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Prove } from './prove.ts';
import type { SiteView } from '../../domain/site.ts';
import type { UpdateActivities } from '../../activities/hosts/update-activities.ts';

/** What a fleet in memory has of images, and what goes wrong with them. */
export interface Images {
  /** How many packages an update of the leader changes. */
  changes: number;
  leaderBy: SiteView['leaderBy'];
  rollout: SiteView['rollout'];
  /** Hosts that do not come back healthy, and how: proven to run their old root again, or silent. */
  readonly sick: Map<string, 'RolledBack' | 'VerificationFailed'>;
  /** Hosts that lack the parent of an incremental image. */
  readonly orphans: Set<string>;
  /** What each host runs. */
  readonly running: Map<string, string>;
  /** Of `done … --value` at gate `reinstall`. */
  fingerprint: string | null;
}

export const newImages = (): Images => ({
  changes: 3,
  leaderBy: 'command',
  sick: new Map(),
  orphans: new Set(),
  running: new Map(),
  fingerprint: null,
  rollout: {
    waves: [1, '50%', '100%'],
    failureBudget: 1,
    parallel: 6,
  },
});

interface Tools {
  readonly note: (what: string) => Promise<unknown>;
  readonly plan: (gate: 'rollout', binding: object, rows: string[], warnings?: string[]) => PlanRef;
  readonly prove: Prove;
}

/** R2 and R8 in memory. */
export function updateIn(world: Images, { note, plan, prove }: Tools): UpdateActivities {
  const made: string[] = [];
  return {
    updateLeader: async ({ ref, host }) => {
      await note(`${ref.byHand ? 'look at' : 'update'} ${host}`);
      return prove('leader-updated', 'updated', { host, changes: world.changes }, ref.byHand);
    },
    leaderInstructions: async ({ host }) => `Update ${host}.`,
    checkLayout: async ({ host, fingerprint }) => {
      world.fingerprint = fingerprint ?? null;
      return prove('layout', 'fine', { host, hints: 0 });
    },
    reinstallInstructions: async ({ host }) => `Reinstall ${host}.`,
    buildImage: async ({ label }) => {
      await note(`image ${label}`);
      const name = `2027-02-11-${label}${made.length > 0 ? `-${made.length + 1}` : ''}`;
      made.push(name);
      const facts = { name, path: '/i', snapshotUuid: `u${made.length}`, parent: 'base', bytes: 1, sha256: 's' };
      return prove('image', 'image', { ...facts, changes: world.changes });
    },
    buildFullImage: async ({ leader, image }) => {
      await note(`full image on ${leader}`);
      return { ...image, facts: { ...image.facts, parent: null } };
    },
    pruneImages: async ({ leader }) => {
      await note(`prune images on ${leader}`);
      return prove('images-pruned', 'none', { deleted: 0, kept: 1 });
    },
    planRollout: async ({ followers, canary, waves, image }) => {
      const warnings = canary && !canary.healthy ? [canary.summary] : [];
      const binding = { image: image.facts.name, followers, canary, waves };
      return { ...plan('rollout', binding, [...followers], warnings), empty: world.changes === 0 };
    },
    receiveImage: async ({ host, image }) => {
      if (image.facts.parent !== null && world.orphans.has(host)) {
        throw ApplicationFailure.nonRetryable(`${host} has no base`, 'ParentMissing');
      }
      await note(`receive ${host}`);
      return prove('image-received', `received ${host}`, { host, image: image.facts.name });
    },
    prepareRoot: async ({ host, image }) => {
      await note(`prepare ${host}`);
      return prove('root-prepared', `prepared ${host}`, { host, image: image.facts.name });
    },
    switchRoot: async ({ host }) =>
      prove('root-swapped', `swapped ${host}`, { host, bootId: `boot-${host}`, due: false }),
    rebootHost: async ({ ref, host, image, bootIdBefore }) => {
      await note(`${ref.byHand ? 'look at' : 'reboot'} ${host}`);
      const why = world.sick.get(host);
      if (why === 'RolledBack') {
        throw ApplicationFailure.nonRetryable(`${host} went back to its old root: sshd did not start`, why);
      }
      if (why) throw refuse(why, `${host} is not back with a new boot`);
      world.running.set(host, image.facts.name);
      const facts = { host, image: image.facts.name, bootIdBefore, bootIdAfter: `${bootIdBefore}+1` };
      return prove('host-update', `${host} runs it`, { ...facts, defaultSubvolume: 'root' }, ref.byHand);
    },
    rollBack: async ({ host }) => {
      await note(`roll back ${host}`);
      const from = world.running.get(host) ?? '';
      world.running.delete(host);
      return prove('rolled-back', `${host} is back`, { host, from, bootId: 'b' });
    },
    findNewer: async ({ host, image }) =>
      made.indexOf(world.running.get(host) ?? '') > made.indexOf(image.facts.name)
        ? prove('image-found', `${host} runs a newer one`, { host, image: world.running.get(host) ?? null })
        : null,
    lookImages: async ({ hosts }) =>
      hosts.map((host) => ({ host, image: world.running.get(host) ?? null, failed: [], silent: null })),
  };
}
