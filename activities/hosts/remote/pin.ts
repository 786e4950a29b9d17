import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { knownHostName, pinnedKeys } from './known-hosts.ts';
import { refuse } from '../../failures.ts';
import type { OfferedKey } from './host-key.ts';

/**
 * Returns the text of a known_hosts file that pins `key` for `address`:`port`. With `replace`, removes the other keys
 * of exactly this address; entries of other hosts on the same line stay.
 * @throws ApplicationFailure `ConfigInvalid` if another key is pinned without `replace`, if the key is revoked, or if a
 *   pattern or a hash pins another key: a person must edit that line
 */
export function pinIn(
  text: string,
  address: string,
  port: number,
  { type, key }: OfferedKey,
  replace: boolean,
): string {
  const name = knownHostName(address, port);
  const pinned = pinnedKeys(text, address, port);
  if (pinned.some((one) => one.revoked && one.key.equals(key))) {
    throw refuse('ConfigInvalid', `this key of ${name} is revoked in known_hosts: make a new one on the host`);
  }
  if (pinned.some((one) => one.key.equals(key))) return text;
  if (pinned.some((one) => !one.revoked) && !replace) {
    throw refuse(
      'ConfigInvalid',
      `another key is pinned for ${name}. Another machine may answer there. If the host was reinstalled, compare the fingerprint on its console and add --replace`,
    );
  }
  const kept = replace
    ? text
        .split('\n')
        .flatMap((line) => without(line, name))
        .join('\n')
    : text;
  if (pinnedKeys(kept, address, port).some((one) => !one.revoked)) {
    throw refuse('ConfigInvalid', `a pattern or a hash in known_hosts pins another key for ${name}: edit it by hand`);
  }
  const before = kept === '' || kept.endsWith('\n') ? kept : `${kept}\n`;
  return `${before}${name} ${type} ${key.toString('base64')}\n`;
}

/** Removes one name from a line; drops the line if it holds no other name. */
function without(line: string, name: string): readonly string[] {
  const [hosts, ...rest] = line.split(' ');
  if (hosts === undefined || hosts.startsWith('@') || hosts.startsWith('#')) return [line];
  const names = hosts.split(',');
  const left = names.filter((one) => one.toLowerCase() !== name.toLowerCase());
  if (left.length === names.length) return [line];
  return left.length === 0 ? [] : [[left.join(','), ...rest].join(' ')];
}

/**
 * Pins a key in the known_hosts file `file`, which is created if missing. Replaces the file atomically.
 * @throws ApplicationFailure `ConfigInvalid` as `pinIn`, or if the file cannot be written
 */
export async function pinKey(file: string, host: { address: string; port: number }, key: OfferedKey, replace: boolean) {
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw refuse('ConfigInvalid', `${file} (ssh.knownHosts) cannot be read (${error.code})`, error);
  });
  const after = pinIn(before, host.address, host.port, key, replace);
  if (after === before) return false;
  const part = `${file}.${randomBytes(4).toString('hex')}.part`;
  try {
    const handle = await open(part, 'wx', 0o644);
    try {
      await handle.writeFile(after);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    const line = after.trimEnd().split('\n').at(-1) ?? '';
    const { code } = error as NodeJS.ErrnoException;
    throw refuse(
      'ConfigInvalid',
      `${file} cannot be written by the worker (${code}). Add this line to it: ${line}`,
      error,
    );
  }
  return true;
}
