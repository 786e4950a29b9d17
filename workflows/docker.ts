import type { DockerInput } from '../domain/docker-ranges.ts';
import type { Proof } from '../domain/proof.ts';
import { grantEverywhere } from './applications/docker.ts';
import { installOperatorContext } from './operator/install.ts';
import { myId } from './operator/state.ts';
import { readSite } from './operator/site.ts';

/** R7: grants Docker ranges to existing accounts, without an application. */
export async function docker({ site: name, users, startedBy }: DockerInput): Promise<readonly Proof[]> {
  const operator = installOperatorContext({ kind: 'docker', name: myId(), startedBy, phase: 'applications' });
  const proofs = () => [...operator.state.steps.values()].flatMap(({ proof }) => proof ?? []);
  return operator.run(
    async () => {
      const site = await readSite(operator, name, 'applications');
      await grantEverywhere(operator, site, users);
      operator.enter('done');
      return proofs();
    },
    () => Promise.resolve(proofs()),
  );
}
