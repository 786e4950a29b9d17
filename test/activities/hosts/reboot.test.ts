import { expect, test } from 'vitest';
import { tryAgain } from '../../../activities/failures.ts';
import { rebootHost } from '../../../activities/hosts/reboot.ts';
import type { Script } from '../../../activities/hosts/remote.ts';
import type { Store } from '../../../activities/store/store.ts';
import type { ImageProof } from '../../../domain/proof.ts';
import type { Site } from '../../../domain/site.ts';
import { fakeRemote } from './fake-remote.ts';

const ref = { workflow: 'update/x', step: 'reboot', round: 1, byHand: false };
const image = { facts: { name: 'img', snapshotUuid: 'u-1' } } as ImageProof;
const site = {
  layout: { toplevel: '/root/btrfs-toplevel', jobs: 'semester', home: '/csehome' },
  update: { checks: ['nvidia-smi'] },
} as unknown as Site;

const healthy = 'state=running\nfailed=\nhome=mounted\n';
const look = (changes: Record<string, string> = {}) =>
  Object.entries({
    boot_id: 'new',
    running: 'root',
    default: 'root',
    read_only: 'true',
    free: '1',
    image: 'img',
    image_uuid: 'u-1',
    ...changes,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

function reboot(answer: (script: Script) => string, rebootDeadlineMs = 3_000) {
  const remote = fakeRemote(answer);
  const store = {} as Store;
  const deps = { site: () => Promise.resolve(site), remote, store, clock: () => new Date(0), rebootDeadlineMs };
  return { remote, proof: rebootHost(deps)({ ref, host: 'bernini', image, bootIdBefore: 'old' }) };
}

test('waits for the new boot through a dropped connection and a host that is away', async () => {
  let looks = 0;
  const { proof } = reboot(({ name }) => {
    if (name === 'reboot') throw tryAgain('Unreachable', 'connection lost');
    if (name === 'look-root') {
      looks += 1;
      if (looks === 1) return look({ boot_id: 'old' });
      if (looks === 2) throw tryAgain('Unreachable', 'no route');
      return look();
    }
    return name === 'check-health' ? healthy : '';
  });
  const expected = { bootIdBefore: 'old', bootIdAfter: 'new', image: 'img', defaultSubvolume: 'root' };
  expect((await proof).facts).toMatchObject(expected);
});

test('names everything that is wrong at once', async () => {
  const { proof } = reboot(({ name }) => {
    if (name === 'look-root')
      return look({ running: 'old-root', image: 'other', image_uuid: 'u-0', read_only: 'false' });
    return name === 'check-health' ? 'state=maintenance\nfailed=\nhome=missing\n' : 'rebooting';
  });
  await expect(proof).rejects.toMatchObject({ type: 'VerificationFailed', nonRetryable: true });
  await expect(proof).rejects.toThrow(/old-root.*writable.*other.*maintenance.*\/csehome/s);
});

test('a host that stays away ends in a failure that says what to do, not in waiting for ever', async () => {
  const { proof } = reboot(({ name }) => {
    if (name === 'reboot') return 'rebooting';
    throw tryAgain('Unreachable', 'no route');
  }, 200);
  await expect(proof).rejects.toThrow(/console/);
});

test('a host that is rebooted already is not rebooted again', async () => {
  const { proof } = reboot(({ name }) => {
    if (name === 'reboot') return 'already rebooted\n';
    return name === 'look-root' ? look() : healthy;
  });
  expect((await proof).how).toBe('found');
});
