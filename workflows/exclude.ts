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

/** Excludes a host that is broken for weeks: after approval it loses access to the homes, and no step waits for it. */
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
 * Takes an excluded host back. It closes logins, ends sessions and runs the deferred wipe before it exports the homes
 * to the host. Images and Docker grants need the homes, so they follow; logins open last.
 */
export async function include({ site: name, host, startedBy }: ExcludeInput): Promise<ExcludeResult> {
  const operator = installOperatorContext({ kind: 'exclude', name: myId(), startedBy, phase: 'drain' });
  return operator.run<ExcludeResult>(
    async () => {
      const { exempt: keep } = operator.state;
      const drain = { name: `drain-${host}`, phase: 'drain', approved: true } as const;
      let site;
      let drained;
      do {
        site = await readSite(operator, name, 'drain');
        // Another workflow may have taken it back: then its users may not be drained.
        if (!site.excluded.includes(host)) return { outcome: 'nothing', proofs: [] };
        drained = await runStep(operator, drain, async (ref) =>
          requireAnswer(host, await long.drainHost({ ref, host, keep, close: true })),
        );
      } while (drained.status === 'void');
      await wakeHost(host);
      const wiped = await runStep(operator, { name: `wiped-${host}`, phase: 'wipe' }, () =>
        patient.demandWiped({ host }),
      );
      const included = await runStep(operator, { name: `include-${host}`, phase: 'drain' }, (ref) =>
        quick.includeHost({ ref, host }),
      );
      // If a running semester keeps logins closed, its phase reopen opens them.
      if (!included.result.facts.closed) {
        const { name: at } = site;
        await runStep(operator, { name: `defer-opening-${host}`, phase: 'reopen' }, () =>
          quick.deferTask({ host, site: at, task: { kind: 'open-logins' } }),
        );
      }
      await wakeHost(host);
      operator.enter('done');
      return { outcome: 'included', proofs: [drained.result, wiped.result, included.result] };
    },
    () => Promise.resolve({ outcome: 'aborted', proofs: [] }),
  );
}

/**
 * For an excluded host that does not answer, `drainHost` proves absence without a boot id. Taking it back requires an
 * answer.
 */
function requireAnswer(host: string, proof: Proof<'absence'>): Proof<'absence'> {
  if (proof.facts.bootId !== '') return proof;
  throw ApplicationFailure.nonRetryable(`${host} does not answer: switch it on, then send retry`, 'Unreachable');
}

/** Makes `host/<name>` try its deferred tasks now. If that workflow does not exist, the host has no deferred tasks. */
const wakeHost = (host: string) =>
  getExternalWorkflowHandle(hostWorkflowId(host))
    .signal(wake)
    .catch(() => undefined);
