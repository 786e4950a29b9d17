import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A key that known_hosts pins for an address. */
export interface PinnedKey {
  /** `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256` */
  readonly type: string;
  readonly key: Buffer;
  readonly revoked: boolean;
}

/** The form of an address in known_hosts: with brackets and port unless the port is 22. */
export const knownHostName = (address: string, port: number): string =>
  port === 22 ? address : `[${address}]:${port}`;

/** `SHA256:…` as OpenSSH prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/**
 * The keys that the text of an OpenSSH known_hosts file pins for `address`:`port`: plain, listed, wildcard and hashed
 * entries. Skips certificate authorities, which pin no keys.
 */
export function pinnedKeys(text: string, address: string, port: number): readonly PinnedKey[] {
  const name = knownHostName(address, port).toLowerCase();
  const keys: PinnedKey[] = [];
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [hosts, type, key] = words;
    if (!hosts || hosts.startsWith('#') || !type || !key || marker === '@cert-authority') continue;
    if (matches(hosts, name)) keys.push({ type, key: Buffer.from(key, 'base64'), revoked: marker === '@revoked' });
  }
  return keys;
}

/** Whether `key` is pinned and not revoked. */
export function isPinned(keys: readonly PinnedKey[], key: Buffer): boolean {
  const same = keys.filter((pinned) => pinned.key.equals(key));
  return same.length > 0 && same.every((pinned) => !pinned.revoked);
}

/** Signature algorithms to offer, so the server shows a key of a pinned type. */
export function hostKeyAlgorithms(keys: readonly PinnedKey[]): readonly string[] {
  const types = new Set(keys.filter((key) => !key.revoked).map((key) => key.type));
  return [...types].flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type]));
}

function matches(field: string, name: string): boolean {
  if (field.startsWith('|1|')) return matchesHash(field, name);
  let found = false;
  for (const pattern of field.toLowerCase().split(',')) {
    const negated = pattern.startsWith('!');
    if (!glob(negated ? pattern.slice(1) : pattern).test(name)) continue;
    if (negated) return false;
    found = true;
  }
  return found;
}

function matchesHash(field: string, name: string): boolean {
  const [, , salt, hash] = field.split('|');
  if (!salt || !hash) return false;
  const wanted = Buffer.from(hash, 'base64');
  const found = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

function glob(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
