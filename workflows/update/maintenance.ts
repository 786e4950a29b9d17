import { ApplicationFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { Proof } from '../../domain/proof.ts';
import type { Exemption } from '../../domain/site.ts';
import type { OperatorContext } from '../operator/context.ts';
import { now } from '../operator/state.ts';
import { runStep } from '../operator/steps.ts';
import { waitUntil } from '../operator/wait.ts';
import { long, polling, quick, type persistent } from '../policies.ts';
import type { Update } from './update.ts';
import type { StepRef } from '../../domain/step.ts';

/** Poll interval of a host's GPU jobs. */
const POLL_EVERY_MS = 5 * 60_000;

/** Tolerance for clocks: an older login lock was made by another workflow. */
const CLOCKS_DIFFER_MS = 60_000;

/**
 * R8 between semesters: mails every member, then waits for the announced time (`update.between.announce`) before the
 * first reboot.
 */
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

/** A host on which people work. */
export interface OccupiedHost {
  readonly site: string;
  readonly host: string;
  readonly keep: readonly Exemption[];
  /** How long to wait for GPU jobs before the step asks for attention. */
  readonly waitForJobsMs: number;
  /** Whether to reboot only in the hours of `update.between.window`. */
  readonly inWindow: boolean;
}

/**
 * Waits for the hours of reboots and the end of the GPU jobs. If jobs do not end, the step parks: `retry` waits once
 * more, `done` continues at once, `skip` leaves the host as it is. Returns false after `skip`.
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
    // If the window closed before the last job ended, wait for the next window and check again.
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
    return { what: 'gpus-idle', at: now(), summary: `no process uses a GPU of ${host}`, facts: { host }, how: 'found' };
  try {
    // A limit of 0 ms would mean no limit.
    if (ms > 0) return await polling(POLL_EVERY_MS, ms).awaitIdleGpus({ host });
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
  const whose = [...new Set((await quick.gpuUsers({ host })).map(({ user, command }) => `${user} (${command})`))];
  throw ApplicationFailure.nonRetryable(
    `GPU jobs on ${host} have not ended: ${whose.slice(0, 10).join(', ')}. retry waits once more, done ends them now, skip defers ${host}`,
    'JobsRunning',
  );
}

/**
 * Runs `work` with closed logins and without sessions; opens logins afterwards, also after a failure. Logins that were
 * already closed, by an aborted semester, stay closed.
 */
export async function withLoginsClosed<T>(
  { site, host, keep }: Pick<OccupiedHost, 'site' | 'host' | 'keep'>,
  ref: StepRef,
  policy: Pick<typeof persistent, 'drainHost'>,
  work: () => Promise<T>,
): Promise<T> {
  const began = Date.now();
  let ours = true;
  try {
    const absence = await policy.drainHost({ ref, host, keep, close: true });
    ours = Date.parse(absence.facts.closedSince ?? '') >= began - CLOCKS_DIFFER_MS;
    return await work();
  } finally {
    if (ours) await CancellationScope.nonCancellable(() => reopenLogins(site, host));
  }
}

/** Opens logins; if the host does not answer, defers that. */
async function reopenLogins(site: string, host: string): Promise<void> {
  await quick
    .openLogins({ hosts: [host], held: true })
    .catch(() => quick.deferTask({ host, site, task: { kind: 'open-logins' } }));
}

function rethrowCancellation(error: unknown): void {
  if (isCancellation(error)) throw error;
}
