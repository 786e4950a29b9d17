import { expect, test } from 'vitest';
import { refuse, tryAgain } from '../../../../activities/failures.ts';
import { rebootHost } from '../../../../activities/hosts/rollout/reboot.ts';
import type { Script } from '../../../../activities/hosts/remote/remote.ts';
import type { Store } from '../../../../activities/store/store.ts';
import type { Proof } from '../../../../domain/proof.ts';
import type { Site } from '../../../../domain/site.ts';
import { fakeRemote } from '../fake-remote.ts';

const ref = { workflow: 'update/x', step: 'reboot', round: 1, byHand: false };
const image = { facts: { name: 'img', snapshotUuid: 'u-1' } } as Proof<'image'>;
const site = {
  layout: { toplevel: '/root/btrfs-toplevel', jobs: 'semester', home: '/csehome' },
  update: { checks: ['nvidia-smi'], confirmWithin: 'PT1S' },
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
const before = { boot_id: 'old', running: 'old-root', image: 'img-0', image_uuid: 'u-0' };
const back = { boot_id: 'newer', image: 'img-0', image_uuid: 'u-0', went_back_image: 'img', went_back_why: 'no homes' };

function reboot(
  answer: (script: Script) => string,
  options: { byHand?: boolean; due?: boolean; rebootDeadlineMs?: number; before?: unknown } = {},
) {
  const { byHand = false, due = false, rebootDeadlineMs = 3_000, before = null } = options;
  const remote = fakeRemote(answer);
  const deps = {
    site: () => Promise.resolve(site),
    remote,
    store: { getNamed: async () => before } as unknown as Store,
    clock: () => new Date(0),
    idServer: { members: async () => [], implied: async () => [] },
    rebootDeadlineMs,
  };
  const asked = { ref: { ...ref, byHand }, host: 'bernini', image, bootIdBefore: 'old', due };
  return { remote, proof: rebootHost(deps)(asked) };
}

test('waits for the new boot through a dropped connection and an unreachable host, and confirms it', async () => {
  let looks = 0;
  const { remote, proof } = reboot(({ name }) => {
    if (name === 'reboot') throw tryAgain('Unreachable', 'connection lost');
    if (name === 'look-root') {
      looks += 1;
      if (looks === 1) return look(before);
      if (looks === 2) throw tryAgain('Unreachable', 'no route');
      return look();
    }
    return name === 'check-health' ? healthy : '';
  });
  const facts = { bootIdBefore: 'old', bootIdAfter: 'new', image: 'img', defaultSubvolume: 'root' };
  expect(await proof).toMatchObject({ facts, how: 'service' });
  expect(remote.calls.filter((call) => call === 'run reboot')).toHaveLength(1);
  expect(remote.calls.at(-1)).toBe('run confirm-boot');
});

test('ends the boot that the swap recorded at once, and no other', async () => {
  let away = 2;
  const { remote, proof } = reboot(
    ({ name }) => {
      if (name !== 'look-root') return name === 'check-health' ? healthy : '';
      if (away-- > 0) throw tryAgain('Unreachable', 'no route');
      return look();
    },
    { due: true },
  );
  expect(await proof).toMatchObject({ facts: { bootIdAfter: 'new' }, how: 'service' });
  expect(remote.calls[0]).toBe('run reboot');
  expect(remote.calls.filter((call) => call === 'run reboot')).toHaveLength(1);
});

test('an unhealthy host that answers rolls back at once, with every problem', async () => {
  let why: readonly string[] = [];
  let place = look({ read_only: 'false' });
  const { remote, proof } = reboot((script) => {
    if (script.name === 'look-root') return place;
    if (script.name === 'check-health')
      return 'state=maintenance\nfailed=\nhome=missing\nungranted=kim\nfailed_check_0=yes\n';
    if (script.name === 'go-back') {
      why = script.args;
      place = look({ running: 'failed-img' });
    }
    if (script.name === 'reboot') place = look(back);
    return '';
  });
  await expect(proof).rejects.toMatchObject({ type: 'RolledBack', nonRetryable: true });
  await expect(proof).rejects.toThrow(
    /bernini did not come up healthy with img: no homes.*its old root of img-0 again/,
  );
  expect(why.at(4)).toMatch(/writable.*maintenance.*\/csehome.*kim.*nvidia-smi/);
  expect(remote.calls).not.toContain('run confirm-boot');
});

test('a check that failed before the boot is named, and is not held against the image', async () => {
  const answer = ({ name }: Script) =>
    name === 'look-root' ? look() : name === 'check-health' ? `${healthy}failed_check_0=yes\n` : '';
  const { proof } = reboot(answer, { before: { image: 'img', failed: ['nvidia-smi'] } });
  expect((await proof).summary).toContain('failed before already: "nvidia-smi"');
  // What failed before another image says nothing about this one.
  const other = reboot(answer, { before: { image: 'img-0', failed: ['nvidia-smi'] }, byHand: true });
  await expect(other.proof).rejects.toThrow(/the check "nvidia-smi" failed/);
});

test('a host with another host key is awaited until it is back, and the key is named', async () => {
  let looks = 0;
  const { proof } = reboot(({ name }) => {
    if (name !== 'look-root') return '';
    looks += 1;
    if (looks === 1) throw refuse('ConfigInvalid', 'bernini shows another key');
    if (looks === 2) throw tryAgain('Unreachable', 'refused');
    return look({ ...back, went_back_why: 'not confirmed within 1 s' });
  });
  await expect(proof).rejects.toMatchObject({ type: 'RolledBack' });
  await expect(proof).rejects.toThrow(
    /not confirmed within 1 s \(problems seen by the service: bernini shows another key\)/,
  );
});

test('an unknown running root, neither the image nor the old root, is left to a person', async () => {
  const strange = { ...back, went_back_image: 'another' };
  const { proof } = reboot(({ name }) => (name === 'look-root' ? look(strange) : ''));
  await expect(proof).rejects.toMatchObject({ type: 'VerificationFailed', nonRetryable: true });
  await expect(proof).rejects.toThrow(/came back without img: it runs "root" of img-0/);
});

test('a host that stays away fails with a remedy, and does not wait for ever', async () => {
  const { proof } = reboot(
    ({ name }) => {
      if (name === 'reboot') return 'rebooting';
      throw tryAgain('Unreachable', 'no route');
    },
    { rebootDeadlineMs: 100 },
  );
  await expect(proof).rejects.toMatchObject({ type: 'VerificationFailed' });
  await expect(proof).rejects.toThrow(/console/);
});

test('a host that has rebooted is not rebooted again', async () => {
  const { remote, proof } = reboot(({ name }) => (name === 'look-root' ? look() : healthy));
  expect((await proof).how).toBe('found');
  expect(remote.calls).not.toContain('run reboot');
});

/** The image in its trial. */
const tried = { running: 'root.new', trial_image: 'img', trial_boot: 'old' };

test('a trial that is well is confirmed; one that is not ends with a reboot', async () => {
  const well = reboot(({ name }) => (name === 'look-root' ? look(tried) : healthy));
  expect((await well.proof).summary).toContain('since a new boot; confirmed after a trial');
  expect(well.remote.calls.at(-1)).toBe('run confirm-boot');

  let place = look(tried);
  const unwell = reboot(({ name }) => {
    if (name === 'look-root') return place;
    if (name === 'go-back') place = look({ running: 'root.new', went_back_image: 'img' });
    if (name === 'reboot') place = look(back);
    return name === 'check-health' ? 'state=running\nhome=missing\n' : '';
  });
  await expect(unwell.proof).rejects.toMatchObject({ type: 'RolledBack' });
  expect(unwell.remote.calls.filter((call) => /go-back|run reboot|confirm/.test(call))).toHaveLength(2);
});

test('a root that never got as far as its guard: the host runs its old root, and the trial is ended', async () => {
  let place = look({ ...back, went_back_image: 'another', trial_image: 'img', trial_boot: 'old' });
  const { proof } = reboot(({ name }) => {
    if (name === 'end-trial') place = look({ ...back, went_back_why: 'the kernel failed' });
    return name === 'look-root' ? place : '';
  });
  await expect(proof).rejects.toMatchObject({ type: 'RolledBack', message: expect.stringContaining('kernel failed') });
});

test.each([
  ['the old root runs again', { ...back, trial_image: 'img', trial_committing: 'yes' }, /was confirmed.*Send retry/],
  [
    'its commit fails',
    { ...tried, trial_committing: 'yes' },
    /healthy, but its names and kernels.*no room.*send retry/,
  ],
])('a confirmed root whose commit is not finished: %s', async (_, place, said) => {
  const { proof } = reboot(({ name }) => {
    if (name === 'confirm-boot') throw refuse('CommandFailed', 'no room');
    return name === 'look-root' ? look(place) : healthy;
  });
  await expect(proof).rejects.toMatchObject({ type: 'VerificationFailed', message: expect.stringMatching(said) });
});

test('by hand: the activity verifies, and neither reboots nor rolls back', async () => {
  const { remote, proof } = reboot(({ name }) => (name === 'look-root' ? look() : 'state=running\nhome=missing\n'), {
    byHand: true,
  });
  await expect(proof).rejects.toMatchObject({ type: 'VerificationFailed', message: expect.stringMatching(/csehome/) });
  expect(remote.calls.filter((call) => /reboot|go-back/.test(call))).toEqual([]);
});
