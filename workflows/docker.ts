import type { DockerInput } from '../domain/docker-ranges.ts';
import type { Proof } from '../domain/proof.ts';
import { grantEverywhere } from './applications/docker.ts';
import { installDesk } from './desk/desk.ts';
import { myId } from './desk/state.ts';
import { planning } from './desk/steps.ts';
import { quick } from './policies.ts';

/** R7's Docker ranges alone, as the playbook grants them, for people who have an account already. */
export async function docker({ site: name, users, startedBy }: DockerInput): Promise<readonly Proof[]> {
  const desk = installDesk({ kind: 'docker', name: myId(), startedBy, phase: 'applications' });
  const proofs = () => [...desk.state.steps.values()].flatMap(({ proof }) => proof ?? []);
  return desk.run(
    async () => {
      const site = await planning(desk, 'read-site', () => quick.readSite({ site: name }));
      desk.meet(site);
      await grantEverywhere(desk, site, users);
      desk.enter('done');
      return proofs();
    },
    () => Promise.resolve(proofs()),
  );
}
