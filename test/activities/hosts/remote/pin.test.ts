import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { offeredKeys } from '../../../../activities/hosts/remote/host-key.ts';
import { fingerprint } from '../../../../activities/hosts/remote/known-hosts.ts';
import { pinIn, pinKey } from '../../../../activities/hosts/remote/pin.ts';
import { startSshd } from './sshd.ts';

const generate = () => {
  const [type = '', base64 = ''] = ssh2.utils.generateKeyPairSync('ed25519').public.split(' ');
  return { type, key: Buffer.from(base64, 'base64'), text: `${type} ${base64}` };
};
const ours = generate();
const other = generate();
const pin = (text: string, replace = false, port = 22) => pinIn(text, 'asahi.example.org', port, ours, replace);

describe('pinning', () => {
  test('adds a line, with brackets for another port, also after a file without a final newline', () => {
    expect(pin('')).toBe(`asahi.example.org ${ours.text}\n`);
    expect(pin('# pinned by hand', false, 2222)).toBe(`# pinned by hand\n[asahi.example.org]:2222 ${ours.text}\n`);
  });
  test('changes nothing when the key is pinned already', () => {
    const text = `asahi,asahi.example.org ${ours.text} root@asahi\n`;
    expect(pin(text)).toBe(text);
  });
  test('never adds a second key beside another one', () => {
    expect(() => pin(`asahi.example.org ${other.text}\n`)).toThrow(/another key is pinned .*--replace/);
  });
  test('replaces this one name: other names of the line and other hosts keep theirs', () => {
    const text = `bernini.example.org ${other.text}\nasahi,asahi.example.org ${other.text} comment\n`;
    expect(pin(text, true)).toBe(
      `bernini.example.org ${other.text}\nasahi ${other.text} comment\nasahi.example.org ${ours.text}\n`,
    );
  });
  test('leaves patterns and revoked keys to a person', () => {
    expect(() => pin(`*.example.org ${other.text}\n`, true)).toThrow(/a pattern or a hash .*by hand/);
    expect(() => pin(`@revoked asahi.example.org ${ours.text}\n`, true)).toThrow(/revoked/);
  });
});

describe('the file', () => {
  let dir: string;
  beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), 'semester-pin-'))));
  afterEach(async () => await rm(dir, { recursive: true }));
  const host = { address: '127.0.0.1', port: 22 };

  test('is created if missing, without left-overs beside it', async () => {
    const file = join(dir, 'known_hosts');
    expect(await pinKey(file, host, ours, false)).toBe(true);
    expect(await pinKey(file, host, ours, false)).toBe(false);
    expect(await readFile(file, 'utf8')).toBe(`127.0.0.1 ${ours.text}\n`);
    expect(await readdir(dir)).toEqual(['known_hosts']);
  });
  test('cannot be written: the error holds the line to add, and the file is unchanged', async () => {
    const file = join(dir, 'no-such-folder', 'known_hosts');
    await expect(pinKey(file, host, ours, false)).rejects.toThrow(`Add this line to it: 127.0.0.1 ${ours.text}`);
    await writeFile(join(dir, 'kept'), `127.0.0.1 ${other.text}\n`);
    await expect(pinKey(join(dir, 'kept'), host, ours, false)).rejects.toMatchObject({ type: 'ConfigInvalid' });
    expect(await readFile(join(dir, 'kept'), 'utf8')).toBe(`127.0.0.1 ${other.text}\n`);
  });
});

test('a host shows its key before any login; a silent port is unreachable', async () => {
  const sshd = await startSshd();
  const { address, port } = sshd.site.storage;
  try {
    const keys = await offeredKeys({ name: 'asahi', address, port });
    expect(keys.map(({ type }) => type)).toEqual(['ecdsa-sha2-nistp256']);
    const pinned = (await readFile(sshd.knownHosts, 'utf8')).trim().split(' ')[2] ?? '';
    expect(keys.map(({ key }) => fingerprint(key))).toEqual([fingerprint(Buffer.from(pinned, 'base64'))]);
    expect(sshd.logins()).toBe(0);
  } finally {
    await sshd.stop();
  }
  await expect(offeredKeys({ name: 'asahi', address, port })).rejects.toMatchObject({ type: 'Unreachable' });
});
