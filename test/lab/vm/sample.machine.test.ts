import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFleet } from '../../activities/hosts/fleet.ts';
import { NOTHING, tracesOf } from '../traces.ts';
import { trialsOn, type Running } from './trial.ts';

/** The bounded sample of the full machines that `npm test` runs. Each part needs the one before. */
const HOST = 'asahi';
let fleet: Awaited<ReturnType<typeof startFleet>>;
let on: ReturnType<typeof trialsOn>;
let first: Running;

beforeAll(async () => {
  fleet = await startFleet({ kind: 'machines', hosts: [HOST] });
  on = trialsOn(fleet.lab, HOST);
  first = await on.running();
});
afterAll(() => fleet?.stop());

test('a machine runs a kernel of its own, which firmware and loader started, and the product talks to it', async () => {
  expect(first).toMatchObject({ root: 'root', byDefault: 'root', next: false });
  expect(first.bootId).not.toBe((await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim());
  expect(await on.run('systemctl is-system-running --wait; btrfs property get -ts / ro; ls /boot/EFI')).toBe(
    'running\nro=true\nBOOT\nLinux\nsystemd',
  );
  const [look] = await fleet.hosts.lookImages({ hosts: [HOST] });
  expect(look).toMatchObject({ host: HOST, silent: null, failed: [] });
});

test('a new kernel that panics: the machine comes back by itself with what it had', async () => {
  await on.prepare('panic');
  await on.bootNext();
  await on.reboot();
  const back = await on.booted(first);
  expect(back).toEqual({ ...first, bootId: back.bootId });
  expect(await fleet.lab.console(HOST)).toMatch(
    /Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100/,
  );
  first = back;
});

test('a good trial runs the new root and kernel once, and a commit makes them the default', async () => {
  await on.prepare(null);
  await on.bootNext();
  await on.reboot();
  const tried = await on.booted(first);
  expect(tried).toMatchObject({ root: 'root.new', byDefault: 'root', next: false });
  expect(tried.kernel).not.toBe(first.kernel);
  await on.commit();
  const { bootId, kernel } = tried;
  expect(await on.running()).toEqual({ bootId, kernel, root: 'root', byDefault: 'root', next: false });
});

test('the end leaves no process, mount, loop device or file', async () => {
  const { number, dir } = fleet.lab;
  expect((await tracesOf(fleet.lab)).processes.join()).toContain('qemu-system-x86_64');
  await fleet.stop();
  expect(await tracesOf({ number, dir })).toEqual(NOTHING);
});
