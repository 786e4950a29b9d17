import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import type { ExcludeInput } from '../domain/exclude.ts';
import { hostWorkflowId } from '../domain/names.ts';
import type { Proof } from '../domain/proof.ts';
import { installDesk } from './desk/desk.ts';
import { gate } from './desk/gates.ts';
import { myId } from './desk/state.ts';
import { approvedStep, planning, step } from './desk/steps.ts';
import { wake } from './messages.ts';
import { long, patient, quick } from './policies.ts';

export interface ExcludeResult {
  readonly outcome: 'excluded' | 'included' | 'nothing' | 'aborted';
  readonly proofs: readonly Proof[];
}

/** A host that is broken for weeks must not hold up everybody: where people approve, it loses the homes, and no step waits for it. */
export async function exclude({ site: name, host, reason, startedBy }: ExcludeInput): Promise<ExcludeResult> {
  const desk = installDesk({ kind: 'exclude', name: myId(), startedBy, phase: 'drain' });
  return desk.run<ExcludeResult>(
    async () => {
      const site = await planning(desk, 'read-site', () => quick.readSite({ site: name }));
      desk.meet(site);
      for (;;) {
        const result = await gate(desk, 'exclude', { site, plan: () => quick.planExclude({ host, reason }) });
        if (result.kind !== 'approved') return { outcome: 'nothing', proofs: [] };
        const plan = result.plan.digest;
        const proof = await approvedStep(desk, `exclude-${host}`, (ref) =>
          quick.excludeHost({ ref, plan, by: startedBy }),
        );
        if (proof === 'void') continue;
        desk.enter('done');
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
  const desk = installDesk({ kind: 'exclude', name: myId(), startedBy, phase: 'drain' });
  return desk.run<ExcludeResult>(
    async () => {
      const site = await planning(desk, 'read-site', () => quick.readSite({ site: name }));
      desk.meet(site);
      if (!site.excluded.includes(host)) return { outcome: 'nothing', proofs: [] };
      const { kept: keep } = desk.state;
      const drained = await step(desk, `drain-${host}`, async (ref) =>
        answering(host, await long.drainHost({ ref, host, keep, close: true }), ({ facts }) => facts.bootId !== ''),
      );
      await tell(host);
      const wiped = await step(desk, `wiped-${host}`, () => patient.demandWiped({ host }));
      const included = await step(desk, `include-${host}`, (ref) => quick.includeHost({ ref, host }));
      // Otherwise the semester that is under way opens them when it reopens.
      if (included.facts['closed'] === false)
        await quick.oweHost({ host, site: site.name, debt: { kind: 'open-logins' } });
      await tell(host);
      desk.enter('done');
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
