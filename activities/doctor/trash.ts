import { dayOf } from '../../domain/moments.ts';
import { many } from '../../domain/many.ts';
import { formatBytes } from '../../domain/size.ts';
import type { Trash } from '../hosts/trash/trash.ts';
import type { Finding } from './check.ts';

/** The worker empties a trash every ten minutes while the host answers. A day late means that something is wrong. */
const LATE_S = 24 * 60 * 60;

/**
 * What lies in the trash of a host: how much, and when it is deleted. Until then it counts toward its owners' quotas.
 * @param named the directories of site.yaml; the trash of others is emptied all the same
 */
export function trashOf(
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
      lines.push(`${path} is not the trash of this service: the wipe will refuse it`);
      remedies.push(`find out who made ${path}, and move it away`);
    }
    const odd = entries.filter((one) => one.state === 'unreadable');
    const timed = entries.filter((one) => one.state === 'kept' || one.state === 'deleting');
    const late = timed.filter(({ until }) => until + LATE_S < now);
    if (timed.length > 0) {
      const days = timed.map(({ until }) => until).toSorted((a, b) => a - b);
      const span = [...new Set([day(days[0] ?? 0), day(days.at(-1) ?? 0)])].join(' to ');
      const size = bytes === null ? 'size not measured in 30 s' : formatBytes(bytes);
      lines.push(
        `${path}: ${many(timed.length, 'entry', 'entries')}, ${size}, counted in the quotas of their owners; deleted on ${span}` +
          (named.includes(directory) ? '' : `, although site.yaml no longer names ${directory}`),
      );
    }
    if (late.length > 0) {
      lines.push(`${path}: ${many(late.length, 'entry', 'entries')} should be gone by now`);
      remedies.push('read the log of the worker: the trash is not emptied');
    }
    if (odd.length > 0) {
      lines.push(
        `${path}: no record of ${odd
          .map(({ id }) => id)
          .slice(0, 5)
          .join(', ')}: never deleted by the service`,
      );
      remedies.push(`inspect ${path}, and delete by hand what nobody needs`);
    }
    if (state === 'ok' && (late.length > 0 || odd.length > 0)) state = 'warning';
  }
  return { state, found: lines.join('\n') || 'empty', remedy: remedies.join('; ') };
}
