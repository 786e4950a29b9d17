import { setTimeout as wait } from 'node:timers/promises';
import type { Site } from '../../../domain/site.ts';
import { refuse, isFailure } from '../../failures.ts';
import { beat, cancellation } from '../remote/activity-context.ts';
import { lookRoot, type RootLook } from './root.ts';
import type { HostDependencies } from '../dependencies.ts';

/** Servers spend minutes in their firmware. */
export const REBOOT_DEADLINE_MS = 20 * 60_000;
/**
 * A server may take its time to stop its services before it reboots. A server that was never reached gets a new
 * request.
 */
const ASK_AGAIN_MS = 60_000;
/**
 * Pause between two polls: longer while the host goes down, shorter while users wait for the first login after its
 * boot.
 */
const POLL_PAUSE_MS = { answers: 500, silent: 200 } as const;

/** Why a poll of a silent host failed. */
export type Silence = { readonly silent: string; readonly otherKey: boolean };

/**
 * Polls a host while it reboots, until the caller stops.
 * @throws ApplicationFailure `VerificationFailed` after `deadlineMs`
 */
export async function* pollRoot(a: {
  readonly remote: HostDependencies['remote'];
  readonly site: Site;
  readonly host: string;
  readonly deadlineMs: number;
}): AsyncGenerator<RootLook | Silence, never> {
  const signal = cancellation();
  const began = Date.now();
  let last: unknown;
  while (Date.now() - began < a.deadlineMs) {
    signal?.throwIfAborted();
    beat({ host: a.host, waiting: 'for a new boot', seconds: Math.round((Date.now() - began) / 1000) });
    let pause: number = POLL_PAUSE_MS.answers;
    try {
      yield await lookRoot(a.remote, a.site, a.host, { deadlineMs: 15_000, once: true });
    } catch (error) {
      last = error;
      pause = POLL_PAUSE_MS.silent;
      a.remote.forget(a.host);
      yield silence(error);
    }
    await wait(pause, undefined, { ...(signal && { signal }) });
  }
  const minutes = Math.round(a.deadlineMs / 60_000);
  throw refuse(
    'VerificationFailed',
    `${a.host} did not come back with a new boot within ${minutes} minutes: check its console, then retry or done`,
    last,
  );
}

const silence = (error: unknown): Silence => ({
  silent: error instanceof Error ? error.message : String(error),
  otherKey: isFailure(error, 'ConfigInvalid'),
});

/**
 * Requests a reboot, at most once a minute while the host still runs the same boot. The polls show whether it reboots.
 */
export function rebooter(remote: HostDependencies['remote'], host: string): (bootId: string) => Promise<void> {
  let asked = { bootId: '', at: 0 };
  return async (bootId) => {
    if (asked.bootId === bootId && Date.now() - asked.at < ASK_AGAIN_MS) return;
    asked = { bootId, at: Date.now() };
    // A reboot may cut the connection that requested it.
    await remote.run(host, { name: 'reboot', args: [bootId] }).catch((error: unknown) => {
      if (!isFailure(error, 'Unreachable')) throw error;
    });
  };
}
