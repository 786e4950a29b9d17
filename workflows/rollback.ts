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
      const proofs: Proof[] = [];
      let asked = input.hosts ?? site.hosts;
      let named = input.hosts !== null;
      for (;;) {
        const plan = () => quick.planRollBack({ hosts: asked, named, reason: input.reason });
        const result = await gate(operator, 'rollback', { phase: 'update', site, plan });
        if (result.kind !== 'approved') return { outcome: proofs.length > 0 ? 'rolled-back' : 'nothing', proofs };
        const { digest } = result.plan;
        const approved = await runStep(operator, { name: 'read-plan', phase: 'update' }, () =>
          quick.hostsToRollBack({ plan: digest }),
        );
        hosts = approved.result;
        const rest = await rollBackInTurn(operator, site, hosts, proofs);
        operator.enter(rest.length > 0 ? 'update' : 'done');
        if (rest.length === 0) return { outcome: 'rolled-back', proofs };
        [asked, named] = [rest, true];
      }
    },
    async () => {
      const tidy = (host: string) => quick.tidyHost({ workflow: myRun(), host }).catch(() => undefined);
      await Promise.all(hosts.map(tidy));
      return { outcome: 'aborted', proofs: [] };
    },
  );
}

/** Adds the proof of each host. Returns the hosts that are left when the approval has ended. */
async function rollBackInTurn(
  operator: OperatorContext,
  site: SiteView,
  hosts: readonly string[],
  proofs: Proof[],
): Promise<readonly string[]> {
  for (const [index, host] of hosts.entries()) {
    const proof = await rollBackHost(operator, site, host);
    if (proof === 'void') return hosts.slice(index);
    if (proof) proofs.push(proof);
  }
  return [];
}

/** Rolls back one host. Returns its proof, null if approvers skipped it, or `void` if the approval has ended. */
async function rollBackHost(
  operator: OperatorContext,
  { name: site, between }: SiteView,
  host: string,
): Promise<Proof | null | 'void'> {
  const keep = operator.state.exempt;
  const { waitForJobsMs } = between;
  if (!(await untilIdle(operator, { site, host, keep, waitForJobsMs, inWindow: false }))) return null;
  const step = { name: `roll-back-${host}`, phase: 'update', skippable: true, approved: true } as const;
  const back = await runStep(operator, step, (ref) =>
    holdingHost(operator, host, site, 'roll back', () =>
      withLoginsClosed({ site, host, keep }, ref, long, () => long.rollBack({ ref, host })),
    ),
  );
  if (back.status === 'void') return 'void';
  return back.status === 'done' ? back.result : null;
}
