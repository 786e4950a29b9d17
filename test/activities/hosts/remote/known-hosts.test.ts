import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  fingerprint,
  hostKeyAlgorithms,
  isPinned,
  pinnedKeys,
} from '../../../../activities/hosts/remote/known-hosts.ts';

const key = Buffer.from('the key of a host');
const other = Buffer.from('another key');
const line = (hosts: string, type = 'ssh-ed25519', bytes = key) => `${hosts} ${type} ${bytes.toString('base64')}`;

function hashed(name: string): string {
  const salt = Buffer.alloc(20, 7);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

describe('pinnedKeys', () => {
  it.each([
    ['a plain entry', 'asahi.snucse.org', 'asahi.snucse.org', 22],
    ['another port', '[asahi]:2222', 'asahi', 2222],
    ['a list', 'asahi,10.0.0.1', '10.0.0.1', 22],
    ['capitals', 'Asahi', 'asahi', 22],
    ['a wildcard', '*.snucse.org', 'derby.snucse.org', 22],
    ['a hashed entry', hashed('asahi'), 'asahi', 22],
    ['a hashed entry of another port', hashed('[asahi]:2222'), 'asahi', 2222],
  ])('finds %s', (_what, hosts, address, port) => {
    expect(isPinned(pinnedKeys(`# comment\n\n${line(hosts)} comment\n`, address, port), key)).toBe(true);
  });

  it.each([
    ['the port-less entry for another port', 'asahi', 'asahi', 2222],
    ['the entry of port 2222 for port 22', '[asahi]:2222', 'asahi', 22],
    ['a part of a name', 'asahi', 'asahi2', 22],
    ['a dot as any character', 'a.b', 'axb', 22],
    ['a negated name', '*.snucse.org,!derby.snucse.org', 'derby.snucse.org', 22],
    ['a hash of another name', hashed('asahi'), 'derby', 22],
    ['a comment', '#asahi', 'asahi', 22],
  ])('does not accept %s', (_what, hosts, address, port) => {
    expect(pinnedKeys(line(hosts), address, port)).toEqual([]);
  });

  it('pins this key and no other one', () => {
    expect(isPinned(pinnedKeys(line('asahi'), 'asahi', 22), other)).toBe(false);
  });

  it('a revoked key stays revoked, and a certificate authority is not a host key', () => {
    const keys = pinnedKeys(`${line('asahi')}\n@revoked ${line('*')}`, 'asahi', 22);
    expect(isPinned(keys, key)).toBe(false);
    expect(pinnedKeys(`@cert-authority ${line('*')}`, 'asahi', 22)).toEqual([]);
  });

  it('offers only signatures that the pinned keys can make, without SHA-1', () => {
    const keys = pinnedKeys(`${line('asahi', 'ssh-rsa')}\n${line('asahi')}`, 'asahi', 22);
    expect(hostKeyAlgorithms(keys)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']);
  });
});

it('prints fingerprints as ssh-keygen does', () => {
  expect(fingerprint(Buffer.from(''))).toBe('SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU');
});
