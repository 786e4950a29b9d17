import { expect, test } from 'vitest';
import { parseManifest, readManifest } from '../../../../activities/hosts/image/manifest.ts';
import type { Site } from '../../../../domain/site.ts';
import { fakeRemote } from '../fake-remote.ts';

const sha256 = 'a'.repeat(64);
const uuid = '8f9c1b5e-0000-f000-0000-0123456789ab';
const old = { name: '2027-02-12-gpu-update', uuid, parent: null, bytes: 7, sha256, leader: 'asahi' };
const site = { ssh: { user: 'bacchus' } } as Site;

test('an image made by hand, without ranges and kernel, has a manifest too', () => {
  expect(parseManifest(JSON.stringify(old))).toEqual({ ...old, kernel: [], ranges: null, esp: null });
});

test('invalid manifests are rejected: no JSON, another shape, a name that leads elsewhere', () => {
  for (const text of ['', '{', '{"name":"x"}', JSON.stringify({ ...old, name: '../x' })]) {
    expect(parseManifest(text)).toBeNull();
  }
});

test('the manifest lies beside its image, and an invalid one is named', async () => {
  const asked: (readonly string[])[] = [];
  const answers = (text: string) =>
    fakeRemote((script) => {
      asked.push(script.args);
      return text;
    });
  await readManifest(answers(JSON.stringify(old)), site, 'asahi', '/images/x.full.zst');
  expect(asked).toEqual([['/images/x.full.json', 'bacchus']]);
  await expect(readManifest(answers('{}'), site, 'asahi', '/images/x.zst')).rejects.toThrow(/\/images\/x\.json is not/);
});
