import type { Proof } from '../domain/proof.ts';
import type { RollBackInput } from '../domain/roll-back.ts';
import type { SiteView } from '../domain/site.ts';
import type { OperatorContext } from './operator/context.ts';
import { installOperatorContext } from './operator/install.ts';
import { gate } from './operator/gates.ts';
import { myId, myRun } from './operator/state.ts';
import { planning, skippable } from './operator/steps.ts';
import { holdingHost } from './grants.ts';
import { long, quick } from './policies.ts';
import { untilIdle, whileClosed } from './update/maintenance.ts';

export interface RollBackResult {
  readonly outcome: 'rolled-back' | 'nothing' | 'aborted';
  readonly proofs: readonly Proof[];
}

/**
 * R8 undone on purpose: people approve which hosts go back to which root, then each waits for its GPU jobs, ends its sessions
 * and reboots into the root that it ran before. Hosts go one by one, since nobody has proven that the old root still is well.
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
      const site = await planning(operator, 'read-site', () => quick.readSite({ site: input.site }));
      operator.applySitePolicy(site);
      const asked = input.hosts ?? site.hosts;
      const named = input.hosts !== null;
      const plan = () => quick.planRollBack({ hosts: asked, named, reason: input.reason });
      const result = await gate(operator, 'rollback', { site, plan });
      if (result.kind !== 'approved') return { outcome: 'nothing', proofs: [] };
      hosts = await planning(operator, 'read-plan', () => quick.hostsToRollBack({ plan: result.plan.digest }));
      const proofs: Proof[] = [];
      for (const host of hosts) {
        const proof = await goBack(operator, site, host);
        if (proof) proofs.push(proof);
      }
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

async function goBack(
  operator: OperatorContext,
  { name: site, between }: SiteView,
  host: string,
): Promise<Proof | undefined> {
  const keep = operator.state.kept;
  const { waitForJobsMs } = between;
  if (!(await untilIdle(operator, { site, host, keep, waitForJobsMs, inWindow: false }))) return undefined;
  return skippable(operator, `roll-back-${host}`, (ref) =>
    holdingHost(operator, host, site, 'roll back', () =>
      whileClosed({ site, host, keep }, ref, () => long.rollBack({ ref, host })),
    ),
  );
}
