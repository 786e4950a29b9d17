import { setTimeout as sleep } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { durationMs } from '../../../domain/calendar.ts';
import type { Site } from '../../../domain/site.ts';
import { beat, cancellation } from '../remote/activity-context.ts';
import type { HostDependencies } from '../dependencies.ts';

const LOOK_MS = 5_000;

/** Both languages at once: nobody knows who sits at a terminal. `at`: when sessions end, in milliseconds since 1970. */
export function warning({ zone }: Pick<Site, 'zone'>, host: string, at: number): string {
  const then = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const time = then.toPlainTime().toString({ smallestUnit: 'second' });
  return (
    `[GPU 서버] ${then.toPlainDate().toString()} ${time} (${zone})에 ${host}의 모든 세션과 실행 중인 작업을 종료합니다. 지금 저장하고 로그아웃해 주십시오.\n` +
    `[GPU servers] All sessions and jobs on ${host} end at ${then.toPlainDate().toString()} ${time} (${zone}). Save your work and log out now.`
  );
}

/**
 * R3: tells whoever is on a terminal when their session ends (`drain.warn`), and waits until then, or until nobody is left.
 * `left`: how many processes of people there are now. A second try keeps the time that people were told.
 */
export async function warnUsers(
  { site, remote, clock }: Pick<HostDependencies, 'site' | 'remote' | 'clock'>,
  host: string,
  left: () => Promise<number>,
): Promise<void> {
  const current = await site();
  const ms = durationMs(current.drain.warn);
  if (ms === 0 || (await left()) === 0) return;
  const text = warning(current, host, clock().getTime() + ms);
  const said = await remote.run(host, { name: 'warn-users', args: [String(Math.ceil(ms / 1000)), text] });
  const signal = cancellation();
  const end = Date.now() + Number(said.trim()) * 1000;
  while (Date.now() < end) {
    beat({ host, warned: 'people at their terminals', seconds: Math.ceil((end - Date.now()) / 1000) });
    await sleep(Math.min(LOOK_MS, end - Date.now()), undefined, { ...(signal && { signal }) });
    if (Date.now() < end && (await left()) === 0) return;
  }
}
