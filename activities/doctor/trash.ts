import { dayOf } from '../../domain/moments.ts';
import { formatBytes } from '../../domain/size.ts';
import type { Trash } from '../hosts/trash/trash.ts';
import type { Say } from '../../texts/messages.ts';
import type { Finding } from './check.ts';

/** The worker empties a trash every ten minutes while the host answers. A day late means that something is wrong. */
const LATE_S = 24 * 60 * 60;

/**
 * What lies in the trash of a host: how much, and when it is deleted. Until then it counts toward its owners' quotas.
 * @param named the directories of site.yaml; the trash of others is emptied all the same
 */
export function trashOf(
  say: Say,
  all: readonly Trash[],
  { zone, named }: { readonly zone: string; readonly named: readonly string[] },
): Finding {
  const day = (seconds: number) => dayOf(seconds, zone);
  const lines: string[] = [];
  const remedies: string[] = [];
  let state: Finding['state'] = 'ok';
  for (const { directory, state: is, bytes, now, entries } of all) {
    const path = `${directory}/.semester-trash`;
    if (is === 'foreign') {
      state = 'wrong';
      lines.push(say('doctor.trash.foreign', { path }));
      remedies.push(say('doctor.trash.foreignRemedy', { path }));
    }
    const odd = entries.filter((one) => one.state === 'unreadable');
    const timed = entries.filter((one) => one.state === 'kept' || one.state === 'deleting');
    const late = timed.filter(({ until }) => until + LATE_S < now);
    if (timed.length > 0) {
      const days = timed.map(({ until }) => until).toSorted((a, b) => a - b);
      lines.push(
        say('doctor.trash.holds', {
          path,
          entries: timed.length,
          size: bytes === null ? say('doctor.trash.unmeasured') : formatBytes(bytes),
          from: day(days[0] ?? 0),
          to: day(days.at(-1) ?? 0),
          unnamed: named.includes(directory) ? null : directory,
        }),
      );
    }
    if (late.length > 0) {
      lines.push(say('doctor.trash.late', { path, entries: late.length }));
      remedies.push(say('doctor.trash.lateRemedy'));
    }
    if (odd.length > 0) {
      lines.push(say('doctor.trash.odd', { path, ids: odd.map(({ id }) => id) }));
      remedies.push(say('doctor.trash.oddRemedy', { path }));
    }
    if (state === 'ok' && (late.length > 0 || odd.length > 0)) state = 'warning';
  }
  return { state, found: lines.join('\n') || say('doctor.trash.empty'), remedy: remedies.join('; ') };
}
