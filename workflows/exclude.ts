import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import type { ExcludeInput } from '../domain/exclude.ts';
import { hostWorkflowId } from '../domain/names.ts';
import type { Proof } from '../domain/proof.ts';
import { installOperatorContext } from './operator/install.ts';
import { gate } from './operator/gates.ts';
import { myId } from './operator/state.ts';
import { readSite } from './operator/site.ts';
import { runStep } from './operator/steps.ts';
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
      const site = await readSite(operator, name, 'drain');
      for (;;) {
        const plan = () => quick.planExclude({ host, reason });
        const result = await gate(operator, 'exclude', { phase: 'drain', site, plan });
        if (result.kind !== 'approved') return { outcome: 'nothing', proofs: [] };
        const { digest } = result.plan;
        const excluded = await runStep(operator, { name: `exclude-${host}`, phase: 'drain', approved: true }, (ref) =>
          quick.excludeHost({ ref, plan: digest, by: startedBy }),
        );
        if (excluded.status === 'void') continue;
        operator.enter('done');
        return { outcome: 'excluded', proofs: [excluded.result] };
      }
    },
    () => Promise.resolve({ outcome: 'aborted', proofs: [] }),
  );
}

/**
 * It is back. Logins close and its sessions end, then its deferred wipe is done, and only then are the
 * homes exported to it. Images and Docker grants lie in the homes: they are done next, and logins open last.
 */
export async function include({ site: name, host, startedBy }: ExcludeInput): Promise<ExcludeResult> {
  const operator = installOperatorContext({ kind: 'exclude', name: myId(), startedBy, phase: 'drain' });
  return operator.run<ExcludeResult>(
    async () => {
      const site = await readSite(operator, name, 'drain');
      if (!site.excluded.includes(host)) return { outcome: 'nothing', proofs: [] };
      const { exempt: keep } = operator.state;
      const drained = await runStep(operator, { name: `drain-${host}`, phase: 'drain' }, async (ref) =>
        requireAnswer(host, await long.drainHost({ ref, host, keep, close: true })),
      );
      await wakeHost(host);
      const wiped = await runStep(operator, { name: `wiped-${host}`, phase: 'wipe' }, () =>
        patient.demandWiped({ host }),
      );
      const included = await runStep(operator, { name: `include-${host}`, phase: 'drain' }, (ref) =>
        quick.includeHost({ ref, host }),
      );
      // Otherwise the semester that is under way opens them when it reopens.
      if (!included.result.facts.closed)
        await quick.deferTask({ host, site: site.name, task: { kind: 'open-logins' } });
      await wakeHost(host);
      operator.enter('done');
      return { outcome: 'included', proofs: [drained.result, wiped.result, included.result] };
    },
    () => Promise.resolve({ outcome: 'aborted', proofs: [] }),
  );
}

/** Of an excluded host that is away it is proven that nothing there reaches the homes; here it has to be there. */
function requireAnswer(host: string, proof: Proof<'absence'>): Proof<'absence'> {
  if (proof.facts.bootId !== '') return proof;
  throw ApplicationFailure.nonRetryable(`${host} does not answer: switch it on, then retry`, 'Unreachable');
}

/** Has `host/<name>` try now. Where no workflow has ever used the host there is none, and no task is deferred. */
const wakeHost = (host: string) =>
  getExternalWorkflowHandle(hostWorkflowId(host))
    .signal(wake)
    .catch(() => undefined);
