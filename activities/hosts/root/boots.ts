import { setTimeout as wait } from 'node:timers/promises';
import type { Site } from '../../../domain/site.ts';
import { refuse, isFailure } from '../../failures.ts';
import { beat, cancellation } from '../remote/activity-context.ts';
import { lookRoot, type RootLook } from './root.ts';
import type { HostDependencies } from '../dependencies.ts';

/** Servers spend minutes in their firmware. */
export const REBOOT_DEADLINE_MS = 20 * 60_000;
/** A server that is asked to reboot may take its time to stop what runs; one that was never reached is asked again. */
const ASK_AGAIN_MS = 60_000;
/** Between two looks: a host that goes down is left in peace, and for the first login after its boot people wait. */
const LOOK_EVERY_MS = { answers: 500, silent: 200 } as const;

/** What a look at a silent host failed with. */
export type Silence = { readonly silent: string; readonly otherKey: boolean };

/**
 * Looks at a host again and again while it reboots, until whoever looks has seen enough.
 * @throws ApplicationFailure `VerificationFailed` when `deadlineMs` is over
 */
export async function* looksAt(a: {
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
    let pause: number = LOOK_EVERY_MS.answers;
    try {
      yield await lookRoot(a.remote, a.site, a.host, { deadlineMs: 15_000, once: true });
    } catch (error) {
      last = error;
      pause = LOOK_EVERY_MS.silent;
      a.remote.forget(a.host);
      yield silence(error);
    }
    await wait(pause, undefined, { ...(signal && { signal }) });
  }
  const minutes = Math.round(a.deadlineMs / 60_000);
  throw refuse(
    'VerificationFailed',
    `${a.host} is not back with a new boot after ${minutes} minutes: look at its console, then retry or done`,
    last,
  );
}

const silence = (error: unknown): Silence => ({
  silent: error instanceof Error ? error.message : String(error),
  otherKey: isFailure(error, 'ConfigInvalid'),
});

/** Asks for a reboot of a boot, once a minute at most while the host still runs it; whether it reboots shows in its looks. */
export function rebooter(remote: HostDependencies['remote'], host: string): (bootId: string) => Promise<void> {
  let asked = { bootId: '', at: 0 };
  return async (bootId) => {
    if (asked.bootId === bootId && Date.now() - asked.at < ASK_AGAIN_MS) return;
    asked = { bootId, at: Date.now() };
    // A reboot may cut the very connection that asked for it.
    await remote.run(host, { name: 'reboot', args: [bootId] }).catch((error: unknown) => {
      if (!isFailure(error, 'Unreachable')) throw error;
    });
  };
}
