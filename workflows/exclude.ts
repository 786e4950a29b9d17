import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import type { ExcludeInput } from '../domain/exclude.ts';
import { hostWorkflowId } from '../domain/names.ts';
import type { Proof } from '../domain/proof.ts';
import { installOperatorContext } from './operator/install.ts';
import { gate } from './operator/gates.ts';
import { myId } from './operator/state.ts';
import { approvedStep, planning, step } from './operator/steps.ts';
import { wake } from './messages.ts';
import { long, patient, quick } from './policies.ts';

export interface ExcludeResult {
  readonly outcome: 'excluded' | 'included' | 'nothing' | 'aborted';
  readonly proofs: readonly Proof[];
}

/** A host that is broken for weeks must not hold up everybody: where people approve, it loses the homes, and no step waits for it. */
export async function exclude({ site: name, host, reason, startedBy }: ExcludeInput): Promise<ExcludeResult> {
  const operator = installOperatorContext({ kind: 'exclude', name: myId(), startedBy, phase: 'drain' });
  return operator.run<ExcludeResult>(
    async () => {
      const site = await planning(operator, 'read-site', () => quick.readSite({ site: name }));
      operator.applySitePolicy(site);
      for (;;) {
        const result = await gate(operator, 'exclude', { site, plan: () => quick.planExclude({ host, reason }) });
        if (result.kind !== 'approved') return { outcome: 'nothing', proofs: [] };
        const plan = result.plan.digest;
        const proof = await approvedStep(operator, `exclude-${host}`, (ref) =>
          quick.excludeHost({ ref, plan, by: startedBy }),
        );
        if (proof === 'void') continue;
        operator.enter('done');
        return { outcome: 'excluded', proofs: [proof] };
      }
    },
    () => Promise.resolve({ outcome: 'aborted', proofs: [] }),
  );
}

/**
 * It is back. Nobody logs in and nothing of people runs there, then what it is owed of a wipe is done, and only then are the
 * homes exported to it. Images and Docker grants lie in the homes: they are paid next, and logins open last.
 */
export async function include({ site: name, host, startedBy }: ExcludeInput): Promise<ExcludeResult> {
  const operator = installOperatorContext({ kind: 'exclude', name: myId(), startedBy, phase: 'drain' });
  return operator.run<ExcludeResult>(
    async () => {
      const site = await planning(operator, 'read-site', () => quick.readSite({ site: name }));
      operator.applySitePolicy(site);
      if (!site.excluded.includes(host)) return { outcome: 'nothing', proofs: [] };
      const { kept: keep } = operator.state;
      const drained = await step(operator, `drain-${host}`, async (ref) =>
        answering(host, await long.drainHost({ ref, host, keep, close: true }), ({ facts }) => facts.bootId !== ''),
      );
      await tell(host);
      const wiped = await step(operator, `wiped-${host}`, () => patient.demandWiped({ host }));
      const included = await step(operator, `include-${host}`, (ref) => quick.includeHost({ ref, host }));
      // Otherwise the semester that is under way opens them when it reopens.
      if (included.facts.closed === false)
        await quick.deferTask({ host, site: site.name, task: { kind: 'open-logins' } });
      await tell(host);
      operator.enter('done');
      return { outcome: 'included', proofs: [drained, wiped, included] };
    },
    () => Promise.resolve({ outcome: 'aborted', proofs: [] }),
  );
}

/** Of an excluded host that is away it is proven that nothing there reaches the homes; here it has to be there. */
function answering<T extends Proof>(host: string, proof: T, is: (proof: T) => boolean): T {
  if (is(proof)) return proof;
  throw ApplicationFailure.nonRetryable(`${host} does not answer: switch it on, then retry`, 'Unreachable');
}

/** Has `host/<name>` try now. Where nobody has ever used the host there is none, and nothing is owed. */
const tell = (host: string) =>
  getExternalWorkflowHandle(hostWorkflowId(host))
    .signal(wake)
    .catch(() => undefined);
