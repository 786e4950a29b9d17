import { ApplicationFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { Proof } from '../../domain/proof.ts';
import type { Kept } from '../../domain/site.ts';
import type { OperatorContext } from '../operator/context.ts';
import { now } from '../operator/state.ts';
import { runStep } from '../operator/steps.ts';
import { waitUntil } from '../operator/wait.ts';
import { long, polling, quick } from '../policies.ts';
import type { Update } from './update.ts';
import type { StepRef } from '../../domain/step.ts';

/** How often a host is asked whether its GPU jobs still run. */
const POLL_EVERY_MS = 5 * 60_000;

/** A lock of logins that is older than its workflow by more than clocks differ is not of this workflow. */
const CLOCKS_DIFFER_MS = 60_000;

/** R8 between semesters: every member gets a mail, and has the time that the site promises before the first reboot. */
export async function announce({ operator, image, followers }: Update): Promise<void> {
  const window = await runStep(operator, { name: 'window', phase: 'update' }, () =>
    quick.findWindow({ after: now(), announced: true }),
  );
  const { opens } = window.result;
  const about = { image: image.facts.name, hosts: followers, opens };
  await runStep(operator, { name: 'announcement', phase: 'update', skippable: true }, (ref) =>
    long.announceUpdate({ ref, ...about }),
  );
  await waitUntil(operator, 'the announced time of the first reboot', () => opens);
}

/** What a follower needs to know of the people who work on it. */
export interface OccupiedHost {
  readonly site: string;
  readonly host: string;
  readonly keep: readonly Kept[];
  /** How long their GPU jobs may go on before a person is asked. */
  readonly waitForJobsMs: number;
  /** Only in the hours that the site configures. */
  readonly inWindow: boolean;
}

/**
 * Waits for the hours of reboots and for the end of the GPU jobs. Where they do not end, people are asked: `retry` waits once
 * more, `done` goes on at once, `skip` leaves the host as it is. Returns false for the last.
 */
export async function untilIdle(
  operator: OperatorContext,
  { host, waitForJobsMs, inWindow }: OccupiedHost,
): Promise<boolean> {
  for (;;) {
    const { opens, closes } = inWindow ? await nextWindow(operator, host) : { opens: now(), closes: null };
    await waitUntil(operator, `the hours of reboots on ${host}`, () => opens);
    const [idle] = await Promise.all([
      runStep(operator, { name: `jobs-${host}`, phase: 'update', skippable: true }, (ref) =>
        jobsEnded(ref, host, waitForJobsMs),
      ),
      quick.warnOfReboot({ host }).catch(rethrowCancellation),
    ]);
    if (idle.status === 'skipped') return false;
    // Where the last job has ended by day, it waits for the next night, and looks again.
    if (idle.result.how === 'by-hand' || closes === null || Date.parse(closes) > Date.now()) return true;
  }
}

async function nextWindow(operator: OperatorContext, host: string) {
  const { result } = await runStep(operator, { name: `window-${host}`, phase: 'update' }, () =>
    quick.findWindow({ after: now(), announced: false }),
  );
  return result;
}

async function jobsEnded(ref: StepRef, host: string, ms: number): Promise<Proof<'gpus-idle'>> {
  if (ref.byHand)
    return { what: 'gpus-idle', at: now(), summary: 'a person decided not to wait', facts: { host }, how: 'by-hand' };
  const uses = await quick.gpuUsers({ host });
  if (uses.length === 0)
    return { what: 'gpus-idle', at: now(), summary: `nobody uses a GPU of ${host}`, facts: { host }, how: 'found' };
  try {
    // No time at all would be no limit.
    if (ms > 0) return await polling(POLL_EVERY_MS, ms).awaitIdleGpus({ host });
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
  const whose = [...new Set((await quick.gpuUsers({ host })).map(({ user, command }) => `${user} (${command})`))];
  throw ApplicationFailure.nonRetryable(
    `GPU jobs on ${host} have not ended: ${whose.slice(0, 10).join(', ')}. retry waits once more, done ends them now, skip leaves ${host} for later`,
    'JobsRunning',
  );
}

/**
 * Nobody comes in between the end of the sessions and the reboot; afterwards people do, whatever became of it. Logins that
 * were closed before, by a semester that was aborted, stay closed.
 */
export async function withLoginsClosed<T>(
  { site, host, keep }: Pick<OccupiedHost, 'site' | 'host' | 'keep'>,
  ref: StepRef,
  work: () => Promise<T>,
): Promise<T> {
  const began = Date.now();
  let ours = true;
  try {
    const absence = await long.drainHost({ ref, host, keep, close: true });
    ours = Date.parse(absence.facts.closedSince ?? '') >= began - CLOCKS_DIFFER_MS;
    return await work();
  } finally {
    if (ours) await CancellationScope.nonCancellable(() => reopenLogins(site, host));
  }
}

/** Opens logins; a host that does not answer opens them as a deferred task. */
async function reopenLogins(site: string, host: string): Promise<void> {
  await quick
    .openLogins({ hosts: [host], held: true })
    .catch(() => quick.deferTask({ host, site, task: { kind: 'open-logins' } }));
}

function rethrowCancellation(error: unknown): void {
  if (isCancellation(error)) throw error;
}
