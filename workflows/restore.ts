import type { Proof } from '../domain/proof.ts';
import type { RestoreInput } from '../domain/restore.ts';
import type { SiteView } from '../domain/site.ts';
import { installOperatorContext } from './operator/install.ts';
import { gate } from './operator/gates.ts';
import { myId, myRun } from './operator/state.ts';
import { planning, skippable, step } from './operator/steps.ts';
import { long, quick } from './policies.ts';

export interface RestoreResult {
  readonly outcome: 'restored' | 'nothing' | 'aborted';
  readonly proofs: readonly Proof[];
}

/** R4: what a backup is kept for. A user asks for their data, people approve, it comes back beside what is there, a mail says where. */
export async function restore(input: RestoreInput): Promise<RestoreResult> {
  const { startedBy, name } = input;
  const operator = installOperatorContext({ kind: 'restore', name: myId(), startedBy, phase: 'backup' });
  let site: SiteView | undefined;
  return operator.run<RestoreResult>(
    async () => {
      site = await planning(operator, 'read-site', () => quick.readSite({ site: input.site }));
      operator.applySitePolicy(site);
      const result = await gate(operator, 'restore', { site, plan: () => long.planRestore({ restore: input }) });
      if (result.kind !== 'approved') return { outcome: 'nothing', proofs: [] };
      const plan = result.plan.digest;
      const restored = await step(operator, 'restore-homes', (ref) => long.restoreHomes({ ref, plan }));
      const told = await skippable(operator, 'mail-restored', (ref) => long.mailRestored({ ref, plan, name }));
      operator.enter('done');
      return { outcome: 'restored', proofs: [restored, ...(told ? [told] : [])] };
    },
    async () => {
      if (site) await quick.tidyHost({ workflow: myRun(), host: site.storage }).catch(() => undefined);
      return { outcome: 'aborted', proofs: [] };
    },
  );
}
