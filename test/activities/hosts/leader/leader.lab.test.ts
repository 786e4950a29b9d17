import { readFile } from 'node:fs/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { updateLeader } from '../../../../activities/hosts/leader/leader.ts';
import type { Proof } from '../../../../domain/proof.ts';
import { startUpdateFleet, stepRef, type UpdateFleet } from '../update-fleet.ts';

let fleet: UpdateFleet;
beforeAll(async () => {
  fleet = await startUpdateFleet(['asahi']);
  await fleet.lab.exec('asahi', 'mount /root/btrfs-toplevel');
});
afterAll(() => fleet?.down());
beforeEach(() => fleet.lab.exec('asahi', 'rm -f /run/go /run/started /root/btrfs-toplevel/runs'));

const look = (command: string) => fleet.look('asahi', command);
const readOnly = () => look('btrfs property get -ts / ro');
const started = () => look('timeout 60 sh -c "until [ -e /run/started ]; do sleep 0.1; done"');
/** The command as a user types it. */
const addMe = (user: string) =>
  fleet.lab.exec('asahi', `runuser -u ${user} -- sudo /usr/local/sbin/add-me-to-docker-user 2>&1`);

/** Counts its runs. The first one does `first` if the test sets it; every later one updates. */
const twice = (first: string) =>
  'echo run >>/root/btrfs-toplevel/runs; [ "$(wc -l </root/btrfs-toplevel/runs)" = 1 ] || exec pacman -Syu --noconfirm; ' +
  `touch /run/started; until [ -e /run/go ]; do sleep 0.1; done; ${first}`;

function update(command: string, workflow: string, changes = {}): Promise<Proof> {
  const site = async () => {
    const real = await fleet.deps.site();
    return { ...real, update: { ...real.update, command } };
  };
  return updateLeader({ ...fleet.deps, site })({ ref: stepRef(workflow, 'leader', changes), host: 'asahi' });
}

test('a failing update leaves the root read-only and reports why; after a finish by hand, the service takes it over', async () => {
  const command = 'touch /etc/half-way; echo no space for cuda; exit 3';
  await expect(update(command, 'update/fails')).rejects.toThrow(/no space for cuda/);
  expect(await look('ls /etc/half-way; btrfs property get -ts / ro')).toContain('ro=true');

  // A person finishes the update, and forgets to close the root.
  await fleet.lab.exec('asahi', 'btrfs property set -ts / ro false; rm /etc/half-way; pacman -Syu --noconfirm');
  const proof = await update(command, 'update/fails', { round: 2, byHand: true });
  expect(proof).toMatchObject({ facts: { changes: 6 }, how: 'by-hand' });
  expect(await readOnly()).toBe('ro=true');
});

test('the heartbeats hold the last line of the command’s output', async () => {
  const environment = new MockActivityEnvironment();
  const beats: unknown[] = [];
  environment.on('heartbeat', (details) => beats.push(details));
  const command = 'printf "(1/2) upgrading linux\\r(2/2) upgrading cuda\\n"; until [ -e /run/go ]; do sleep 0.1; done';
  const updated = environment.run(() => update(command, 'update/heartbeat'));
  await expect
    .poll(() => beats, { timeout: 30_000 })
    .toContainEqual(expect.objectContaining({ progress: '(2/2) upgrading cuda' }));
  await look('touch /run/go');
  await updated;
});

test('an update that is killed with the root open leaves it closed', async () => {
  const updated = update('touch /run/started; exec sleep 300', 'update/killed').catch((error: unknown) => error);
  await started();
  expect(await readOnly()).toBe('ro=false');
  await fleet.lab.exec('asahi', 'systemctl kill --signal=KILL "semester-*.service"');
  expect(await updated).toMatchObject({ type: 'CommandFailed' });
  expect(await readOnly()).toBe('ro=true');
});

test('the command runs again if a user’s docker script closes the root during the update', async () => {
  await fleet.lab.publishPackages();
  // pacman's own lock stays if the root closes during its run.
  const updated = update(twice('touch /var/lib/pacman/db.lck; exit 1'), 'update/plain');
  await started();
  await addMe('mallory');
  await look('touch /run/go');
  expect((await updated).facts).toMatchObject({ changes: 6 });
  expect(await look('cat /root/btrfs-toplevel/runs')).toBe('run\nrun');
  expect(await look('grep -c ^mallory: /etc/subuid')).toBe('1');
  expect(await readOnly()).toBe('ro=true');
});

test('the wrapper that the file describes waits until the update is done', async () => {
  const file = new URL('../../../../docs/semester-window', import.meta.url);
  const text = await readFile(file, 'utf8');
  const install = text.split('\n').flatMap((line) => /^# {3}(\S.*)$/.exec(line)?.[1] ?? []);
  expect(install).toHaveLength(4);
  const put = `cd /run; echo ${Buffer.from(text).toString('base64')} | base64 -d >semester-window`;
  await fleet.inWindow('asahi', [put, ...install].join('; '));

  await fleet.lab.publishPackages();
  const updated = update(twice('exec pacman -Syu --noconfirm'), 'update/wrapped');
  await started();
  const said = fleet.lab
    .exec('asahi', 'runuser -u peggy -- sudo /usr/local/sbin/add-me-to-docker-user >/run/said 2>&1')
    .then(() => look('cat /root/btrfs-toplevel/runs'));
  await look('timeout 60 sh -c "until grep -q Waiting /run/said; do sleep 0.1; done"');
  expect(await look('grep -c ^peggy: /etc/subuid || true')).toBe('0');
  await look('touch /run/go');
  expect((await updated).facts).toMatchObject({ changes: 6 });
  expect(await said).toBe('run');
  expect(await look('grep -c ^peggy: /etc/subuid')).toBe('1');
  expect(await readOnly()).toBe('ro=true');
});

test('no user keeps the root writable or the lock held: not by a blocked terminal, Ctrl-Z, or a script that hangs', async () => {
  const isClosed = '{ btrfs property get -ts / ro; flock -n /run/semester/window.lock echo free; }';
  // Its standard output is a full pipe, as of a terminal that is stopped by Ctrl-S.
  await look(
    `mkfifo /run/full; exec 3<>/run/full; head -c 65536 /dev/zero >&3
     setsid runuser -u trent -- sudo /usr/local/sbin/add-me-to-docker-user >&3 2>&1 3>&- </dev/null &
     until grep -q ^trent: /etc/subuid; do sleep 0.1; done
     timeout 60 bash -c 'until [ "$(${isClosed} | paste -sd " ")" = "ro=true free" ]; do sleep 0.1; done'
     pgrep -x add-me-to-docke; pkill -KILL -x 'sudo|add-me-to-docke'; rm /run/full`,
  );
  // The deadline ends a script that hangs and closes the root; Ctrl-Z stops only the caller.
  await fleet.inWindow(
    'asahi',
    `sed -i 's/^limit=120$/limit=4/' /usr/local/sbin/semester-window
     printf '#!/bin/bash\\necho began; sleep 600\\n' >/usr/local/lib/semester-window/add-me-to-docker-user`,
  );
  expect(
    await look(
      `setsid runuser -u trent -- sudo /usr/local/sbin/add-me-to-docker-user >/run/hung 2>&1 </dev/null &
       until [ "$(btrfs property get -ts / ro)" = ro=false ]; do sleep 0.1; done
       pkill -STOP -x 'sudo|add-me-to-docke'
       until [ "$(btrfs property get -ts / ro)" = ro=true ]; do sleep 0.1; done
       ${isClosed}; pkill -CONT -x 'sudo|add-me-to-docke'`,
    ),
  ).toBe('ro=true\nfree');
});

test('a user can neither hold a lock nor replace it', async () => {
  const tried = await look(
    `runuser -u trent -- bash -c 'flock -n /run/semester/window.lock true; mkdir /run/semester/x; ls /run/semester' 2>&1; true`,
  );
  expect(tried.match(/Permission denied/g)).toHaveLength(3);
});

test('semester-window closes the root after a command that fails, and reports its exit', async () => {
  expect(await look('semester-window sh -c "btrfs property get -ts / ro; exit 7"; echo $?')).toBe('ro=false\n7');
  expect(await readOnly()).toBe('ro=true');
});
