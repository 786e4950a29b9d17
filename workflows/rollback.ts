import type { Proof } from '../domain/proof.ts';
import type { RollBackInput } from '../domain/roll-back.ts';
import type { SiteView } from '../domain/site.ts';
import type { OperatorContext } from './operator/context.ts';
import { installOperatorContext } from './operator/install.ts';
import { gate } from './operator/gates.ts';
import { myId, myRun } from './operator/state.ts';
import { readSite } from './operator/site.ts';
import { runStep } from './operator/steps.ts';
import { holdingHost } from './grants.ts';
import { long, quick } from './policies.ts';
import { untilIdle, withLoginsClosed } from './update/maintenance.ts';

export interface RollBackResult {
  readonly outcome: 'rolled-back' | 'nothing' | 'aborted';
  readonly proofs: readonly Proof[];
}

/**
 * Undoes R8 on request. After approval, each host waits for its GPU jobs, ends its sessions and reboots into its
 * previous root. Hosts follow one by one, because no proof shows that the old root is still healthy.
 */
export async function rollback(input: RollBackInput): Promise<RollBackResult> {
  const operator = installOperatorContext({
    kind: 'rollback',
    name: myId(),
    startedBy: input.startedBy,
    phase: 'update',
  });
  let hosts: readonly string[] = [];
  return operator.run<RollBackResult>(
    async () => {
      const site = await readSite(operator, input.site, 'update');
      const asked = input.hosts ?? site.hosts;
      const named = input.hosts !== null;
      const plan = () => quick.planRollBack({ hosts: asked, named, reason: input.reason });
      const result = await gate(operator, 'rollback', { phase: 'update', site, plan });
      if (result.kind !== 'approved') return { outcome: 'nothing', proofs: [] };
      const { digest } = result.plan;
      const approved = await runStep(operator, { name: 'read-plan', phase: 'update' }, () =>
        quick.hostsToRollBack({ plan: digest }),
      );
      hosts = approved.result;
      const proofs: Proof[] = [];
      for (const host of hosts) proofs.push(...(await rollBackHost(operator, site, host)));
      operator.enter('done');
      return { outcome: 'rolled-back', proofs };
    },
    async () => {
      const tidy = (host: string) => quick.tidyHost({ workflow: myRun(), host }).catch(() => undefined);
      await Promise.all(hosts.map(tidy));
      return { outcome: 'aborted', proofs: [] };
    },
  );
}

/** Rolls back one host. Returns its proof; none if approvers skipped it. */
async function rollBackHost(
  operator: OperatorContext,
  { name: site, between }: SiteView,
  host: string,
): Promise<readonly Proof[]> {
  const keep = operator.state.exempt;
  const { waitForJobsMs } = between;
  if (!(await untilIdle(operator, { site, host, keep, waitForJobsMs, inWindow: false }))) return [];
  const back = await runStep(operator, { name: `roll-back-${host}`, phase: 'update', skippable: true }, (ref) =>
    holdingHost(operator, host, site, 'roll back', () =>
      withLoginsClosed({ site, host, keep }, ref, long, () => long.rollBack({ ref, host })),
    ),
  );
  return back.status === 'done' ? [back.result] : [];
}
