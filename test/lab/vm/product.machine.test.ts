import { afterAll, beforeAll, expect, test } from 'vitest';
import { privatePaths } from '../../../activities/hosts/root/private.ts';
import { scriptText } from '../../../activities/hosts/remote/scripts.ts';
import { createHostActivities } from '../../../activities/hosts/activities.ts';
import { loadSite } from '../../../config/load.ts';
import type { Proof } from '../../../domain/proof.ts';
import { startFleet } from '../../activities/hosts/fleet.ts';
import { temporaryStore } from '../../support/store.ts';
import { stepRef } from '../../activities/hosts/update-fleet.ts';
import { trialsOn, type Running } from './trial.ts';

/** The product's own roll-out on a machine: real firmware, loader and kernels. Each part needs the one before. */
const HOST = 'asahi';
const TOP = '/root/btrfs-toplevel';
const UUID = '11111111-2222-3333-4444-555555555555';
let fleet: Awaited<ReturnType<typeof startFleet>>;
let hosts: ReturnType<typeof createHostActivities>;
let on: ReturnType<typeof trialsOn>;
let store: Awaited<ReturnType<typeof temporaryStore>>;
let before: Running;

beforeAll(async () => {
  fleet = await startFleet({ kind: 'machines', hosts: [HOST] });
  on = trialsOn(fleet.lab, HOST);
  const site = async () => {
    const real = await loadSite(fleet.lab.siteFile);
    return { ...real, update: { ...real.update, checks: [] } };
  };
  const clock = () => new Date();
  store = await temporaryStore(clock);
  hosts = createHostActivities({
    site,
    remote: fleet.remote,
    store,
    clock,
    idServer: { members: async () => [], implied: async () => [] },
  });
  // The storage machine stays off: homes are not part of this test.
  await on.run(
    `set -e; btrfs property set -ts / ro false; sed -i '/ \\/csehome /d' /etc/fstab; echo 'tmpfs /csehome tmpfs defaults 0 0' >>/etc/fstab
     mkdir -p /csehome; mount /csehome; btrfs property set -ts / ro true; mkdir -p ${TOP}/snapshots`,
  );
  before = await on.running();
});
afterAll(async () => {
  await fleet?.stop();
  await store?.close();
});

/** Makes root.new by the product's script, from a snapshot with the new kernel's modules and the boot files beside it. */
async function prepare(name: string, fault: string): Promise<Proof<'image'>> {
  const kernels = await on.run(
    `set -e; cd ${TOP}; btrfs -q subvolume snapshot root snapshots/${name}; btrfs property set -f -ts snapshots/${name} ro false
     rm -rf snapshots/${name}/usr/lib/modules/*; tar -C snapshots/${name} -xf /local/lab/new-kernel.tar usr
     btrfs property set -ts snapshots/${name} ro true
     cd "$(mktemp -d)"; tar -xf /local/lab/new-kernel.tar boot; cd boot
     echo ${fault} >lab-fault; bsdtar --format newc -cf lab-ucode.img lab-fault; rm lab-fault
     tar -cf /local/lab/${name}.esp.tar *; ls ${TOP}/snapshots/${name}/usr/lib/modules`,
  );
  const site = await loadSite(fleet.lab.siteFile);
  const { toplevel, jobs, snapshots, esp } = site.layout;
  const sum = (await on.run(`sha256sum </local/lab/${name}.esp.tar | cut -d' ' -f1`)).trim();
  const place = [toplevel, jobs, esp, snapshots, name, UUID + name, site.ssh.user, `/local/lab/${name}`, '', '', sum];
  const args = [...place, kernels.trim(), ...privatePaths(site)];
  const ref = stepRef('update/machine', `prepare ${name}`);
  const { tail } = await fleet.remote.job(HOST, ref, { name: 'prepare-root', args, input: await scriptText('guard') });
  expect(tail).toMatch(/^way=try$/m);
  return { facts: { name, snapshotUuid: UUID + name } } as Proof<'image'>;
}

async function bootInto(image: Proof<'image'>): Promise<Proof<'host-update'>> {
  const ref = stepRef('update/machine', image.facts.name);
  const swapped = await hosts.switchRoot({ ref, host: HOST, image });
  expect(swapped.summary).toContain('next, once');
  expect(await on.running()).toEqual({ ...before, next: true });
  const { bootId, due } = swapped.facts;
  return await hosts.rebootHost({ ref, host: HOST, image, bootIdBefore: bootId, due });
}

test('a kernel that panics: the host comes back with what it had, and the step says so', async () => {
  const image = await prepare('panics', 'panic');
  await expect(bootInto(image)).rejects.toMatchObject({
    type: 'RolledBack',
    message: expect.stringContaining('rebooted before the new root was confirmed'),
  });
  const back = await on.running();
  expect(back).toEqual({ ...before, bootId: back.bootId });
  expect(await fleet.lab.console(HOST)).toContain('Kernel panic - not syncing');
  before = back;
});

test('a good root is tried, confirmed and committed, and the loader boots it from then on', async () => {
  const image = await prepare('good', 'none');
  expect(await bootInto(image)).toMatchObject({
    facts: { image: 'good', defaultSubvolume: 'root' },
    summary: expect.stringContaining('confirmed after a trial'),
  });
  const tried = await on.running();
  expect(tried).toMatchObject({ root: 'root', byDefault: 'root', next: false });
  expect(tried.kernel).not.toBe(before.kernel);
  expect(await on.run(`ls ${TOP}; ls -R /boot/EFI/semester; systemctl is-active semester-guard || true`)).toMatch(
    /^(?!.*root\.new)[^]*old-root[^]*EFI\/semester:\s*inactive$/,
  );
  await fleet.lab.powerCut(HOST);
  await fleet.lab.powerOn(HOST);
  const cut = await on.running();
  expect(cut).toEqual({ ...tried, bootId: cut.bootId });
});
