import { readFile } from 'node:fs/promises';
import { formatBytes } from '../../domain/size.ts';
import type { HostAddress, Site } from '../../domain/site.ts';
import { offeredKeys } from '../hosts/remote/host-key.ts';
import { fingerprint, isPinned, knownHostName, pinnedKeys } from '../hosts/remote/known-hosts.ts';
import { keyValues } from '../hosts/root/root.ts';
import type { Finding } from './check.ts';

/** Seconds. Backups and records are compared by age and date, so a few seconds do no harm. */
const SKEW_WARNING_S = 5;
const SKEW_WRONG_S = 60;
const SPACE_WARNING = 0.1;
const SPACE_WRONG = 0.02;

/** Checks that the host offers a pinned key. @throws ApplicationFailure `Unreachable` */
export async function checkHostKey(site: Site, host: HostAddress): Promise<Finding> {
  const file = site.ssh.knownHosts;
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const pinned = pinnedKeys(text, host.address, host.port);
  const offered = await offeredKeys(host);
  const same = offered.find(({ key }) => isPinned(pinned, key));
  if (same) return { found: `${same.type} ${fingerprint(same.key)}, pinned` };
  const shown = offered.map(({ type, key }) => `${type} ${fingerprint(key)}`).join(', ');
  const where = `${knownHostName(host.address, host.port)} in ${file}`;
  if (pinned.length === 0) {
    const remedy = `compare the key on its console, then: semester hosts trust ${host.name}`;
    return { state: 'wrong', found: `no key is pinned for ${where}; the host offers ${shown}`, remedy };
  }
  return {
    state: 'wrong',
    found: `another key is pinned for ${where}; the host offers ${shown}`,
    remedy: `another machine may answer at this address. If the host was reinstalled, compare the key on its console, then: semester hosts trust ${host.name} --replace`,
  };
}

/** Reads the output of `check-account`: whether the login account can write the images (R8). */
export function imagesOf(
  images: string,
  storage: string,
  account: Readonly<Record<string, string | undefined>>,
): Finding {
  const { place = '', owner = '', writable } = account;
  if (writable === 'true') return { found: place === images ? `${images} can be written` : `can be made in ${place}` };
  return {
    state: 'wrong',
    found: `${place} belongs to ${owner} and cannot be written as ${account['account']}`,
    remedy: `on ${storage}: install -d -o ${account['account']} ${images}`,
  };
}

/**
 * Compares a host's clock with the worker's. A time between `asked` and `answered` (Unix ms) counts as no difference.
 */
export function clockOf(machine: string, asked: number, answered: number): Finding {
  const there = Number(keyValues(machine)['clock']) * 1000;
  if (!Number.isFinite(there)) return { state: 'wrong', found: 'the host did not report its time' };
  const late = there < asked ? there - asked : there > answered ? there - answered : 0;
  const seconds = Math.abs(late) / 1000;
  if (seconds < SKEW_WARNING_S) return { found: `${seconds.toFixed(1)} s from the worker's` };
  const found = `${seconds.toFixed(0)} s ${late < 0 ? 'behind' : 'ahead of'} the worker's`;
  return { state: seconds < SKEW_WRONG_S ? 'warning' : 'wrong', found };
}

/** Reads the login lock from `check-machine`. Between drain and reopening of a semester it belongs there; after an abort it may be left. */
export function loginsOf(machine: string, host: string): Finding {
  const since = keyValues(machine)['closed'];
  if (!since) return { found: 'open' };
  const remedy = `if no semester is between drain and reopening: semester host open ${host}`;
  return { state: 'warning', found: `closed since ${since}`, remedy };
}

/** Reads the free space from lines of `check-machine`: `space=AVAILABLE SIZE DIR` in bytes. */
export function spaceOf(machine: string): Finding {
  const lines = [...machine.matchAll(/^space=(\d+) (\d+) (.*)$/gm)];
  return judgeSpace(lines.map(([, free, size, dir]) => ({ free: Number(free), size: Number(size), dir: dir! })));
}

/** Judges the free space of folders, in bytes. */
export function judgeSpace(
  parts: readonly { readonly dir: string; readonly free: number; readonly size: number }[],
): Finding {
  const found = parts.map(({ free, size, dir }) => `${dir} ${formatBytes(free)} of ${formatBytes(size)}`).join(', ');
  const least = Math.min(...parts.map(({ free, size }) => (size > 0 ? free / size : 1)));
  return { state: least < SPACE_WRONG ? 'wrong' : least < SPACE_WARNING ? 'warning' : 'ok', found: `free: ${found}` };
}
