import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHostActivities } from '../../../../activities/hosts/activities.ts';
import type { Proof } from '../../../../domain/proof.ts';
import { startUpdateFleet, stepRef, type UpdateFleet } from '../update-fleet.ts';
import type { HostActivities } from '../../../../activities/hosts/contract.ts';
import { holdsContract } from '../../../support/contract.ts';

/**
 * R8: an unhealthy host reverts to its old root without the service, for every kind of broken image. The firmware of these
 * hosts boots a root just once, so nothing but a reboot is needed, except in the last test.
 */
const TOP = '/root/btrfs-toplevel';
const LEADER = 'asahi';
const UNITS = '/etc/systemd/system';
let fleet: UpdateFleet;
/** Confirms only within a short time: for broken images only. */
let hasty: HostActivities;
let update: HostActivities;

const unit = (name: string, lines: string) =>
  `printf '%b' '${lines.replaceAll('\n', String.raw`\n`)}' >${UNITS}/${name}.service; ` +
  `ln -sf ../${name}.service ${UNITS}/multi-user.target.wants/${name}.service`;
const early = (command: string) =>
  `[Unit]\nDefaultDependencies=no\nAfter=local-fs.target\nBefore=ssh.service\n[Service]\nType=oneshot\nExecStart=/bin/sh -c "${command}"\n`;

/** The faults: the fault of an image, the follower that boots it, and the expected report. */
const BROKEN = [
  {
    what: 'sshd does not start',
    host: 'bernini',
    breaks: 'echo NoSuchOption yes >/etc/ssh/sshd_config.d/00-broken.conf',
    said: /not confirmed within 10 s/,
  },
  {
    what: 'the host key is lost',
    host: 'cojito',
    breaks: unit(
      'new-key',
      early(
        'ssh-keygen -q -t ed25519 -N \\"\\" -f /run/new-key && mount --bind /run/new-key /etc/ssh/ssh_host_ed25519_key',
      ),
    ),
    said: /not confirmed within.*shows the host key .*does not pin/s,
  },
  {
    what: 'the network goes down',
    host: 'derby',
    breaks: unit('cut-off', early('ip link set host0 down')),
    said: /not confirmed within 10 s/,
  },
  {
    what: '/csehome is not mounted',
    host: 'eggnog',
    breaks: unit('no-homes', early('umount -l /csehome')),
    said: /: \/csehome is not mounted\. It runs its old root/,
  },
] as const;

beforeAll(async () => {
  fleet = await startUpdateFleet([LEADER, ...BROKEN.map(({ host }) => host)]);
  update = holdsContract(createHostActivities(fleet.deps));
  const site = async () => {
    const real = await fleet.deps.site();
    return { ...real, update: { ...real.update, confirmWithin: 'PT10S' } };
  };
  hasty = holdsContract(createHostActivities({ ...fleet.deps, site }));
});
afterAll(() => fleet?.down());

const look = async (host: string, command: string) => (await fleet.lab.exec(host, command)).trim();
const inWindow = (host: string, command: string) =>
  look(host, `set -e; btrfs property set -ts / ro false; ${command}; btrfs property set -ts / ro true`);
const imageOf = (step: string, followers: readonly string[]): Promise<Proof<'image'>> =>
  update.buildImage({ ref: stepRef('update/guard', step), leader: LEADER, label: 'gpu-update', followers });

async function swapInto(acts: HostActivities, host: string, image: Proof<'image'>, round = 1): Promise<string> {
  const ref = stepRef(`update/${image.facts.name}`, host, { round });
  await acts.receiveImage({ ref, host, image });
  await acts.prepareRoot({ ref, host, image });
  return (await acts.switchRoot({ ref, host, image })).facts.bootId;
}
const names = (host: string) => look(host, `ls ${TOP}`);
/** The running and the default root is `root`, read-only; no guard is armed. */
async function expectRoot(host: string) {
  const said = await look(
    host,
    `mountpoint -q ${TOP} || mount ${TOP}; id=$(btrfs inspect-internal rootid ${TOP}/root); btrfs property get -ts / ro
     [ $id = $(btrfs inspect-internal rootid /) ] && [ $id = $(btrfs subvolume get-default / | cut -d' ' -f2) ] && echo root
     [ -e ${TOP}/semester/guard ] || echo disarmed`,
  );
  expect(said).toBe('ro=true\nroot\ndisarmed');
}

test('a broken image: each host reverts to its old root, and reports the fault', async () => {
  const images = new Map<string, Proof<'image'>>();
  for (const { host, breaks } of BROKEN) {
    await inWindow(LEADER, `${breaks}; sync -f /`);
    images.set(host, await imageOf(`image ${host}`, [host]));
    await inWindow(
      LEADER,
      `rm -f ${UNITS}/{new-key,cut-off,no-homes}.service ${UNITS}/multi-user.target.wants/{new-key,cut-off,no-homes}.service /etc/ssh/sshd_config.d/00-broken.conf`,
    );
  }
  const ends = BROKEN.map(async ({ host, said }) => {
    const image = images.get(host)!;
    const keys = await look(host, 'cat /etc/ssh/ssh_host_*.pub /etc/machine-id');
    const bootIdBefore = await swapInto(hasty, host, image);
    const reboot = { ref: stepRef(`update/${image.facts.name}`, host), host, image, bootIdBefore };
    const failure = await hasty.rebootHost(reboot).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: 'RolledBack', nonRetryable: true, message: expect.stringMatching(said) });
    await expectRoot(host);
    expect(await names(host)).toBe('local\nroot\nroot.new\nsemester\nsnapshots');
    expect(await look(host, 'cat /boot/vmlinuz-linux; efibootmgr | grep -c BootNext || true')).toBe(`of ${host}\n0`);
    expect(await look(host, 'cat /etc/ssh/ssh_host_*.pub /etc/machine-id')).toBe(keys);
    // A repeated call, as after a worker's death, fails the same way.
    await expect(hasty.rebootHost(reboot)).rejects.toMatchObject({ type: 'RolledBack' });
  });
  await Promise.all(ends);
  const hosts = BROKEN.map(({ host }) => host);
  for (const { host, image, failed, silent } of await update.lookImages({ hosts })) {
    expect({ image, failed, silent }).toEqual({ image: null, failed: [images.get(host)?.facts.name], silent: null });
  }
});

test('a later roll-out works on a reverted host; root.new is kept or rebuilt, and gets the changes since', async () => {
  const host = 'bernini';
  const image = await imageOf('image well', [host, 'cojito']);
  const prepare = (round: number) =>
    update.prepareRoot({ ref: stepRef('update/well', 'prepare', { round }), host, image });
  await update.receiveImage({ ref: stepRef('update/well', 'receive'), host, image });
  // A person's own subvolume: only its name has the pattern of a failed image.
  await look(host, `btrfs subvolume create ${TOP}/failed-raid-rescue; echo photos >${TOP}/failed-raid-rescue/data`);
  const made = () => look(host, `btrfs subvolume show ${TOP}/root.new | grep -w UUID: | head -n 1`);
  await prepare(1);
  const first = await made();
  expect((await names(host)).match(/failed-.*/g)).toEqual(['failed-raid-rescue']);
  expect(await look(host, `cat ${TOP}/failed-raid-rescue/data`)).toBe('photos');
  expect((await update.lookImages({ hosts: [host] }))[0]!.failed).toEqual([]);
  await prepare(2);
  expect(await made()).toBe(first);
  // The state that a power cut midway leaves.
  await look(host, `btrfs property set -ts ${TOP}/root.new ro false; rm ${TOP}/root.new/etc/hostname`);
  await prepare(3);
  expect(await made()).not.toBe(first);
  expect(await look(host, `cat ${TOP}/root.new/etc/hostname; btrfs property get -ts ${TOP}/root.new ro`)).toBe(
    `${host}\nro=true`,
  );

  await inWindow(host, 'add-docker-user frank');
  const swapped = await update.switchRoot({ ref: stepRef('update/well', 'swap'), host, image });
  const bootIdBefore = swapped.facts.bootId;
  const reboot = { ref: stepRef('update/well', 'reboot'), host, image, bootIdBefore };
  expect(await update.rebootHost(reboot)).toMatchObject({ facts: { image: image.facts.name }, how: 'service' });
  await expectRoot(host);
  expect(
    await look(host, 'grep -c ^frank: /etc/subuid /etc/subgid; systemctl is-active semester-guard || true'),
  ).toMatch(/subuid:1\n.*subgid:1\ninactive/);
});

test("rolls back on request, with today's grants; a second request has nothing to roll back to", async () => {
  const host = 'bernini';
  await inWindow(host, 'add-docker-user grace');
  const [runs] = await update.lookImages({ hosts: [host] });
  const proof = await update.rollBack({ ref: stepRef('rollback/bernini', 'back'), host });
  expect(proof.facts).toMatchObject({ host, from: runs?.image });
  await expectRoot(host);
  expect(await look(host, 'grep -c -e ^frank: -e ^grace: /etc/subuid')).toBe('2');
  expect(await names(host)).toContain(`failed-${runs?.image}`);
  // Repeats the call, as after a worker's death.
  expect((await update.rollBack({ ref: stepRef('rollback/bernini', 'back'), host })).facts).toEqual(proof.facts);
  const again = update.rollBack({ ref: stepRef('rollback/bernini', 'back', { round: 2 }), host });
  await expect(again).rejects.toThrow(/old-root does not exist: the service deletes it/);
});

const isBack = (host: string) => () =>
  expectRoot(host)
    .then(() => look(host, `cat ${TOP}/semester/went-back`))
    .catch(String);
const rebooted = (host: string) => fleet.lab.exec(host, 'systemctl reboot').catch(() => undefined);

test('a healthy boot that the service does not confirm reverts too', async () => {
  const host = 'cojito';
  const image = await imageOf('image unconfirmed', [host]);
  await swapInto(hasty, host, image);
  expect(await look(host, 'btrfs subvolume get-default /')).toMatch(/ path root$/);
  await rebooted(host);
  await expect.poll(isBack(host), { timeout: 120_000, interval: 1000 }).toContain('not confirmed within 10 s');
});

test('a root that does not start, or loses power while it is tried, leaves the host as it was', async () => {
  const host = 'derby';
  await inWindow(LEADER, 'mv /usr/lib/systemd/systemd /usr/lib/systemd/away; sync -f /');
  const broken = await imageOf('image without init', [host]);
  await inWindow(LEADER, 'mv /usr/lib/systemd/away /usr/lib/systemd/systemd');
  const reboot = async (image: Proof<'image'>, round: number) => {
    const bootIdBefore = await swapInto(update, host, image, round);
    const ref = stepRef(`update/${image.facts.name}`, host, { round });
    return update.rebootHost({ ref, host, image, bootIdBefore }).catch((error: unknown) => error);
  };
  const reverted = { type: 'RolledBack', message: expect.stringMatching(/rebooted before the new root was confirmed/) };
  expect(await reboot(broken, 1)).toMatchObject(reverted);
  await expectRoot(host);
  expect((await update.lookImages({ hosts: [host] }))[0]!.failed).toEqual([broken.facts.name]);

  const image = await imageOf('image tried', [host]);
  const bootIdBefore = await swapInto(update, host, image);
  await rebooted(host);
  const tried = () => look(host, `cat /etc/semester-image; systemctl is-active semester-guard`).catch(String);
  await expect.poll(tried, { timeout: 120_000, interval: 500 }).toMatch(new RegExp(`${image.facts.name}\n.*\nactive`));
  await fleet.lab.powerCut(host);
  await fleet.lab.powerOn(host);
  const ref = stepRef(`update/${image.facts.name}`, host);
  await expect(update.rebootHost({ ref, host, image, bootIdBefore })).rejects.toMatchObject(reverted);
  await expectRoot(host);

  // The same root, tried again, is well.
  expect(await reboot(image, 2)).toMatchObject({ summary: expect.stringContaining('confirmed after a trial') });
  await expectRoot(host);
  expect(await look(host, 'cat /boot/vmlinuz-linux; ls /boot/EFI')).toBe(`of ${LEADER}\nBOOT\nsemester`);
});

/** Boots the root of a new image once, and cuts the power in the middle of its commit. Returns the image, and the boot from before. */
async function cutInCommit(host: string, step: string, done: string) {
  const image = await imageOf(step, [host]);
  const bootIdBefore = await swapInto(update, host, image);
  await rebooted(host);
  const tried = () => look(host, 'cat /etc/semester-image').catch(String);
  await expect.poll(tried, { timeout: 120_000, interval: 500 }).toContain(image.facts.snapshotUuid);
  await look(
    host,
    `systemctl stop semester-guard; mountpoint -q ${TOP} || mount ${TOP}; cd ${TOP}
     echo committing=yes >>semester/guard; ${done}; sync -f .`,
  );
  await fleet.lab.powerCut(host);
  await fleet.lab.powerOn(host);
  return { image, bootIdBefore };
}

test.each([
  ['the record', 'true'],
  ['the first rename', 'mv root old-root'],
  ['both renames', 'mv root old-root; mv root.new root'],
  ['the default', 'mv root old-root; mv root.new root; btrfs subvolume set-default root'],
])('a power cut in the commit, after %s: the guard of the confirmed root finishes it', async (what, done) => {
  const host = 'eggnog';
  const { image } = await cutInCommit(host, `image cut after ${what}`, `efibootmgr --quiet --bootnext 0002; ${done}`);
  const committed = () =>
    expectRoot(host)
      .then(() => look(host, 'cat /etc/semester-image /boot/vmlinuz-linux'))
      .catch(String);
  await expect
    .poll(committed, { timeout: 120_000, interval: 500 })
    .toMatch(new RegExp(`${image.facts.snapshotUuid}\n(.*\n)*of ${LEADER}`));
  expect(await names(host)).toBe('local\nold-root\nroot\nsemester\nsnapshots');
});

test('two power cuts in the commit: the old root runs, and retry finishes the commit and reboots', async () => {
  const host = 'eggnog';
  const { image, bootIdBefore } = await cutInCommit(
    host,
    'image cut twice',
    'mv root old-root; mv root.new root; efibootmgr | grep BootNext && exit 1 || true',
  );
  const ref = stepRef(`update/${image.facts.name}`, host);
  await expect(update.rebootHost({ ref, host, image, bootIdBefore })).rejects.toThrow(/was confirmed.*Send retry/);
  const swapped = await update.switchRoot({ ref: { ...ref, round: 2 }, host, image });
  expect(swapped.facts.due).toBe(true);
  const again = { ref: { ...ref, round: 2 }, host, image, bootIdBefore: swapped.facts.bootId };
  expect(await update.rebootHost(again)).toMatchObject({ facts: { image: image.facts.name } });
  await expectRoot(host);
});

test('a host that switches before its boot: a power cut between the renames of its revert', async () => {
  const host = 'cojito';
  await look(host, 'touch /run/lab-firmware/bios');
  const image = await imageOf('image switched', [host]);
  const { name } = image.facts;
  // A power cut between the two renames leaves this state: the guarded root boots again, and the revert continues.
  await swapInto(update, host, image, 2);
  await rebooted(host);
  const guarded = () => look(host, `cat /etc/semester-image; systemctl is-active semester-guard`).catch(String);
  await expect.poll(guarded, { timeout: 120_000, interval: 500 }).toMatch(new RegExp(`${name}\n.*\nactive`));
  await look(
    host,
    `systemctl stop semester-guard; mountpoint -q ${TOP} || mount ${TOP}; cd ${TOP}
    sed -i 's/^why=.*/why=in the middle/' semester/guard; mv root failed-${name}; sync -f .`,
  );
  await fleet.lab.powerCut(host);
  await fleet.lab.powerOn(host);
  await expect.poll(isBack(host), { timeout: 120_000, interval: 1000 }).toContain('why=in the middle');
  expect(await names(host)).toContain(`failed-${name}`);

  await fleet.lab.powerCut(host);
  const [silent] = await update.lookImages({ hosts: [host] });
  expect(silent).toMatchObject({ image: null, silent: expect.stringMatching(/is it on/) });
});
