import { readFile } from 'node:fs/promises';
import { formatBytes } from '../../domain/size.ts';
import type { HostAddress, Site } from '../../domain/site.ts';
import { offeredKeys } from '../hosts/remote/host-key.ts';
import { fingerprint, isPinned, knownHostName, pinnedKeys } from '../hosts/remote/known-hosts.ts';
import { keyValues } from '../hosts/root/root.ts';
import type { Say } from '../../texts/messages.ts';
import type { Finding } from './check.ts';

/** Seconds. Backups and records are compared by age and date, so a few seconds do no harm. */
const SKEW_WARNING_S = 5;
const SKEW_WRONG_S = 60;
const SPACE_WARNING = 0.1;
const SPACE_WRONG = 0.02;

/** Checks that the host offers a pinned key. @throws ApplicationFailure `Unreachable` */
export async function checkHostKey(say: Say, site: Site, host: HostAddress): Promise<Finding> {
  const file = site.ssh.knownHosts;
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const pinned = pinnedKeys(text, host.address, host.port);
  const offered = await offeredKeys(host);
  const same = offered.find(({ key }) => isPinned(pinned, key));
  if (same) return { found: say('doctor.key.pinned', { type: same.type, fingerprint: fingerprint(same.key) }) };
  const keys = offered.map(({ type, key }) => `${type} ${fingerprint(key)}`).join(', ');
  const facts = { address: knownHostName(host.address, host.port), file, keys };
  if (pinned.length === 0) {
    const remedy = say('doctor.key.trust', { host: host.name });
    return { state: 'wrong', found: say('doctor.key.none', facts), remedy };
  }
  return {
    state: 'wrong',
    found: say('doctor.key.other', facts),
    remedy: say('doctor.key.replace', { host: host.name }),
  };
}

/** Reads the output of `check-account`: whether the login account can write the images (R8). */
export function imagesOf(
  say: Say,
  images: string,
  storage: string,
  account: Readonly<Record<string, string | undefined>>,
): Finding {
  const { account: user = '', place = '', owner = '', writable } = account;
  if (writable === 'true')
    return {
      found: place === images ? say('doctor.images.writable', { place }) : say('doctor.images.makeable', { place }),
    };
  return {
    state: 'wrong',
    found: say('doctor.images.readonly', { place, owner, account: user }),
    remedy: say('doctor.images.remedy', { storage, account: user, images }),
  };
}

/**
 * Compares a host's clock with the worker's. A time between `asked` and `answered` (Unix ms) counts as no difference.
 */
export function clockOf(say: Say, machine: string, asked: number, answered: number): Finding {
  const there = Number(keyValues(machine)['clock']) * 1000;
  if (!Number.isFinite(there)) return { state: 'wrong', found: say('doctor.clock.silent') };
  const late = there < asked ? there - asked : there > answered ? there - answered : 0;
  const seconds = Math.abs(late) / 1000;
  if (seconds < SKEW_WARNING_S) return { found: say('doctor.clock.near', { seconds: seconds.toFixed(1) }) };
  const far = { seconds: seconds.toFixed(0) };
  const found = late < 0 ? say('doctor.clock.behind', far) : say('doctor.clock.ahead', far);
  return { state: seconds < SKEW_WRONG_S ? 'warning' : 'wrong', found };
}

/** Reads the login lock from `check-machine`. Between drain and reopening of a semester it belongs there; after an abort it may be left. */
export function loginsOf(say: Say, machine: string, host: string): Finding {
  const since = keyValues(machine)['closed'];
  if (!since) return { found: say('doctor.logins.open') };
  return {
    state: 'warning',
    found: say('doctor.logins.closed', { since }),
    remedy: say('doctor.logins.remedy', { host }),
  };
}

/** Reads the free space from lines of `check-machine`: `space=AVAILABLE SIZE DIR` in bytes. */
export function spaceOf(say: Say, machine: string): Finding {
  const lines = [...machine.matchAll(/^space=(\d+) (\d+) (.*)$/gm)];
  return judgeSpace(
    say,
    lines.map(([, free, size, dir]) => ({ free: Number(free), size: Number(size), dir: dir! })),
  );
}

/** Judges the free space of folders, in bytes. */
export function judgeSpace(
  say: Say,
  parts: readonly { readonly dir: string; readonly free: number; readonly size: number }[],
): Finding {
  const shown = parts.map(({ free, size, dir }) =>
    say('doctor.space.part', { dir, free: formatBytes(free), size: formatBytes(size) }),
  );
  const found = say('doctor.space.free', { parts: shown.join(', ') });
  const least = Math.min(...parts.map(({ free, size }) => (size > 0 ? free / size : 1)));
  return { state: least < SPACE_WRONG ? 'wrong' : least < SPACE_WARNING ? 'warning' : 'ok', found };
}
