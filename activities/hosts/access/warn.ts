import { setTimeout as sleep } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { durationMs } from '../../../domain/calendar.ts';
import type { Site } from '../../../domain/site.ts';
import { beat, cancellation } from '../remote/activity-context.ts';
import type { HostDependencies } from '../dependencies.ts';
import { toTerminals } from '../../../texts/messages.ts';

const POLL_MS = 5_000;

/** The warning when sessions end, in each language. `at`: milliseconds since 1970. */
export async function warning(site: Pick<Site, 'zone' | 'templates'>, host: string, at: number): Promise<string> {
  const { zone } = site;
  const then = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const time = then.toPlainTime().toString({ smallestUnit: 'second' });
  const date = then.toPlainDate().toString();
  return await toTerminals(site, (say) => say('terminal.sessionsEnd', { date, time, zone, host }));
}

/**
 * R3: warns all terminals when their sessions end (`drain.warn`). Waits until then, or until no process of a user is
 * left. `left`: returns the number of users' processes now. A second try keeps the announced end time.
 */
export async function warnUsers(
  { site, remote, clock }: Pick<HostDependencies, 'site' | 'remote' | 'clock'>,
  host: string,
  left: () => Promise<number>,
): Promise<void> {
  const current = await site();
  const ms = durationMs(current.drain.warn);
  if (ms === 0 || (await left()) === 0) return;
  const text = await warning(current, host, clock().getTime() + ms);
  const secondsLeft = await remote.run(host, { name: 'warn-users', args: [String(Math.ceil(ms / 1000)), text] });
  const signal = cancellation();
  const end = Date.now() + Number(secondsLeft.trim()) * 1000;
  while (Date.now() < end) {
    beat({ host, warned: 'all terminals', seconds: Math.ceil((end - Date.now()) / 1000) });
    await sleep(Math.min(POLL_MS, end - Date.now()), undefined, { ...(signal && { signal }) });
    if (Date.now() < end && (await left()) === 0) return;
  }
}
