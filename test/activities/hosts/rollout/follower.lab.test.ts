import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHostActivities } from '../../../../activities/hosts/activities.ts';
import type { Proof } from '../../../../domain/proof.ts';
import { startUpdateFleet, stepRef, type UpdateFleet } from '../update-fleet.ts';
import type { HostActivities } from '../../../../activities/hosts/contract.ts';
import { holdsContract } from '../../../support/contract.ts';

/**
 * R8 on one follower that switches before its boot, since it is a BIOS, and whose kernel lies outside of its root. Each part
 * needs the one before.
 */
const TOP = '/root/btrfs-toplevel';
const LEADER = 'asahi';
const host = 'bernini';
/** Fails on every root, before the update already: it stops neither the image nor the way back. */
const CHECK = 'test -e /data-disk';
const ALREADY = expect.stringContaining(`failed before already: "${CHECK}"`) as string;
let fleet: UpdateFleet;
let deps: UpdateFleet['deps'];
let update: HostActivities;
let image: Proof<'image'>;

const look = async (on: string, command: string) => (await fleet.lab.exec(on, command)).trim();
const inWindow = (on: string, command: string) =>
  look(on, `set -e; btrfs property set -ts / ro false; ${command}; btrfs property set -ts / ro true`);
const kernel = () => look(host, 'cat /efi/vmlinuz-linux /efi/EFI/BOOT/BOOTX64.EFI /efi/loader/entries/arch.conf');
const step = (name: string, round = 1) => ({ ref: stepRef('update/follower', name, { round }), host, image });

beforeAll(async () => {
  fleet = await startUpdateFleet([LEADER, host]);
  const site = async () => {
    const real = await fleet.deps.site();
    return { ...real, layout: { ...real.layout, esp: '/efi' }, update: { ...real.update, checks: [CHECK] } };
  };
  deps = { ...fleet.deps, site };
  update = holdsContract(createHostActivities(deps));
  // A subvolume stands in for the EFI system partition: outside of every root, mounted from fstab.
  for (const on of [LEADER, host]) {
    await inWindow(
      on,
      `touch /run/lab-firmware/bios; mountpoint -q ${TOP} || mount ${TOP}; btrfs subvolume create ${TOP}/esp; mkdir -p /efi
       echo "/dev/nvme0n1p2 /efi btrfs subvol=esp 0 0" >>/etc/fstab; mount /dev/nvme0n1p2 -o subvol=esp /efi
       mkdir -p /efi/EFI/BOOT /efi/loader/entries; for file in vmlinuz-linux EFI/BOOT/BOOTX64.EFI; do echo "of ${on}" >/efi/$file; done
       echo "disk of ${on}" >/efi/loader/entries/arch.conf`,
    );
  }
  // A lab runs its machine's kernel; this image claims to bring exactly that one.
  await inWindow(
    LEADER,
    'add-docker-user frank; mkdir -p "/usr/lib/modules/$(uname -r)"; touch "/usr/lib/modules/$(uname -r)/modules.dep"',
  );
});
afterAll(() => fleet?.down());

test('an image on a missing parent: the host receives nothing from it, and receives a full one of the same snapshot', async () => {
  image = await update.buildImage({
    ref: stepRef('update/follower', 'image'),
    leader: LEADER,
    label: 'gpu-update',
    followers: [host],
  });
  expect(image.facts.parent).toBe('base');
  await look(host, `btrfs subvolume delete ${TOP}/snapshots/base`);
  await expect(update.receiveImage(step('receive'))).rejects.toMatchObject({
    type: 'ParentMissing',
    nonRetryable: true,
  });
  expect(await look(host, `ls ${TOP}/snapshots`)).toBe('');
  const full = await update.buildFullImage({ ref: stepRef('update/follower', 'full'), leader: LEADER, image });
  await update.receiveImage({ ...step('receive'), image: full });
  const { name, bytes } = full.facts;
  expect(await look(host, `cat ${TOP}/semester/semester-*/output`)).toContain(`of ${bytes} bytes of ${name}`);
  expect(await update.receiveImage(step('receive', 2))).toMatchObject({ how: 'found' });
});

test('ranges: the host’s stay, the fleet’s are added, and one that is another user’s here is refused by name', async () => {
  const own = await look(host, 'cat /etc/subuid');
  await inWindow(host, 'cp -a /etc/subuid /etc/subgid /run; add-docker-user grace');
  await expect(update.prepareRoot(step('prepare'))).rejects.toThrow(/range of frank .* overlaps that of grace/);
  await inWindow(host, 'cp -a /run/subuid /run/subgid /etc');
  expect(await update.prepareRoot(step('prepare', 2))).toMatchObject({ summary: ALREADY });
  expect(await look(host, `cat ${TOP}/root.new/etc/subuid`)).toBe(
    `${own}\n${await look(LEADER, 'grep ^frank: /etc/subuid')}`,
  );
});

test('abort undoes a swap whose reboot never comes, with its kernel; the next swap works', async () => {
  const before = await kernel();
  await update.switchRoot(step('swap'));
  expect(await kernel()).toBe(`of ${LEADER}\nof ${LEADER}\ndisk of ${host}`);
  const { tidyHost } = holdsContract(createHostActivities(deps));
  expect(await tidyHost({ workflow: 'update/follower', host })).toMatchObject({
    summary: expect.stringMatching(/boots its running root/),
  });
  expect(await kernel()).toBe(before);
  expect(await look(host, `ls ${TOP} ${TOP}/semester`)).toMatch(/^(?!.*(old-root|guard)).*root.new/s);
  const swapped = await update.switchRoot(step('swap', 2));
  const bootIdBefore = swapped.facts.bootId;
  const booted = await update.rebootHost({ ...step('reboot'), bootIdBefore });
  expect(booted).toMatchObject({ facts: { image: image.facts.name }, summary: ALREADY });
  expect(booted.summary).toContain(`with its kernel ${await look(host, 'uname -r')} since`);
  expect(await kernel()).toBe(`of ${LEADER}\nof ${LEADER}\ndisk of ${host}`);
  expect(await look(host, 'grep -c ^frank: /etc/subuid')).toBe('1');
});

test('rolls back on request, with the kernel of the old root', async () => {
  expect(await update.rollBack({ ref: stepRef('update/follower', 'back'), host })).toMatchObject({ summary: ALREADY });
  expect(await kernel()).toBe(`of ${host}\nof ${host}\ndisk of ${host}`);
  expect(await look(host, `ls ${TOP}`)).toContain(`failed-${image.facts.name}`);
});

test('a root without its kernel’s modules, or with another running kernel, is unhealthy', async () => {
  await inWindow(LEADER, 'cd /usr/lib/modules; rm -r *; mkdir -p 9.9.9; touch 9.9.9/modules.dep');
  image = await update.buildImage({
    ref: stepRef('update/follower', 'image 2'),
    leader: LEADER,
    label: 'gpu-update',
    followers: [host],
  });
  await update.receiveImage(step('receive 2'));
  await update.prepareRoot(step('prepare 2'));
  const swapped = await update.switchRoot(step('swap 2'));
  const end = update.rebootHost({ ...step('reboot 2'), bootIdBefore: swapped.facts.bootId });
  await expect(end).rejects.toMatchObject({
    type: 'RolledBack',
    message: expect.stringMatching(
      /runs the kernel \S+, but the image holds 9\.9\.9: \/efi holds another kernel.*the modules of the running kernel \S+ are missing/,
    ),
  });
  expect(await kernel()).toBe(`of ${host}\nof ${host}\ndisk of ${host}`);
});

test('on a full partition the guard reports it and retries at growing intervals; with room it reverts, with the kernel', async () => {
  const before = await kernel();
  const [ref, seconds] = [stepRef('update/follower', 'alone'), 'PT5S'];
  const hasty = holdsContract(
    createHostActivities({
      ...deps,
      site: async () => {
        const site = await deps.site();
        return { ...site, update: { ...site.update, confirmWithin: seconds } };
      },
    }),
  );
  await update.prepareRoot({ ref, host, image });
  await hasty.switchRoot({ ref, host, image });
  expect(await kernel()).toBe(`of ${LEADER}\nof ${LEADER}\ndisk of ${host}`);
  // The stand-in subvolume cannot grow any more.
  await look(host, `btrfs quota enable ${TOP}; btrfs quota rescan -w ${TOP}; btrfs qgroup limit 1M ${TOP}/esp`);
  await look(host, 'head -c 4M /dev/zero >/efi/junk; sync -f /efi; systemctl reboot').catch(() => undefined);
  const said = () => look(host, 'journalctl -q -o cat -u semester-guard').catch(String);
  await expect.poll(said, { timeout: 120_000, interval: 500 }).toMatch(/Next try in 10 s/);
  expect(await said()).toMatch(
    /vmlinuz-linux \(\d+ bytes\) could not be written to \/efi, which has \d+ bytes free.*\n.*Next try in 5 s; at once: systemctl restart semester-guard/,
  );
  // Every user can still log in meanwhile.
  await look(host, 'flock -w 5 /run/semester/window.lock true; flock -w 5 /run/semester/guard.lock true');
  await look(host, `rm /efi/junk; btrfs quota disable ${TOP}; systemctl restart --no-block semester-guard`);
  const isBack = () =>
    look(host, `mountpoint -q ${TOP} || mount ${TOP}; ls ${TOP}; systemctl is-active semester-guard || true`).catch(
      String,
    );
  await expect.poll(isBack, { timeout: 120_000, interval: 500 }).toMatch(/failed-.*-gpu-update.*\ninactive/s);
  expect(await kernel()).toBe(before);
});
