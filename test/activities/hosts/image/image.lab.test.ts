import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { imageChanges, type ImageChanges } from '../../../../activities/hosts/leader/image-changes.ts';
import { readManifest } from '../../../../activities/hosts/image/manifest.ts';
import { createHostActivities } from '../../../../activities/hosts/activities.ts';
import type { Proof } from '../../../../domain/proof.ts';
import { startUpdateFleet, stepRef, type UpdateFleet } from '../update-fleet.ts';
import type { HostActivities } from '../../../../activities/hosts/contract.ts';
import { holdsContract } from '../../../support/contract.ts';

const TOP = '/root/btrfs-toplevel';
let fleet: UpdateFleet;
let update: HostActivities;

beforeAll(async () => {
  fleet = await startUpdateFleet(['asahi', 'bernini', 'cojito']);
  update = holdsContract(createHostActivities(fleet.deps));
});
afterAll(() => fleet?.down());

const build = (workflow: string, deps = update) =>
  deps.buildImage({
    ref: stepRef(workflow, 'image'),
    leader: 'asahi' as const,
    label: 'gpu-update' as const,
    followers: ['bernini', 'cojito'],
  });
const manifestOf = async ({ facts }: Proof<'image'>) =>
  readManifest(fleet.deps.remote, await fleet.deps.site(), 'asahi', facts.path);

test('a user with another range on another host stops the image before anything is created', async () => {
  await fleet.inWindow('cojito', 'cp /etc/subuid /run/subuid; sed -i "s/^dave:.*/dave:900000:65536/" /etc/subuid');
  const failure = build('update/ranges');
  await expect(failure).rejects.toMatchObject({ type: 'VerificationFailed', nonRetryable: true });
  await expect(failure).rejects.toThrow(/dave has more than one range in \/etc\/subuid: .*900000:65536 on cojito/);
  expect(await fleet.look('asahi', `ls ${TOP}/snapshots`)).toBe('base');
  await fleet.inWindow('cojito', 'cp /run/subuid /etc/subuid');
});

test('the ranges of every host lie beside the image, with their checksums in its manifest', async () => {
  await fleet.inWindow('bernini', 'echo zoe:9000000:65536 | tee -a /etc/subuid >>/etc/subgid');
  const image = await build('update/union');
  const { ranges, parent } = await manifestOf(image);
  expect(parent?.name).toBe('base');
  for (const file of ['subuid', 'subgid'] as const) {
    const text = await fleet.lab.exec('cojito', `cat ${image.facts.path.replace(/zst$/, file)}`);
    expect(text).toMatch(/^dave:100000:65536\n.*zoe:9000000:65536$/s);
    expect(ranges?.[file]).toBe(createHash('sha256').update(`${text.trim()}\n`).digest('hex'));
  }
  expect(await fleet.look('asahi', `stat -c %U ${image.facts.path.replace(/zst$/, 'subuid')}`)).toBe('bacchus');
});

test('a host without the parent gets a full image, built once for all requests, and the others an incremental one', async () => {
  await fleet.lab.exec('cojito', `mount ${TOP} 2>/dev/null; btrfs subvolume delete ${TOP}/snapshots/base`);
  const image = await build('update/lacking');
  expect(image.facts.parent).not.toBeNull();
  expect(image.facts.name).toMatch(/-gpu-update-2$/);
  const { lacking } = (await fleet.deps.store.getNamed<ImageChanges>(imageChanges(image.facts.name)))!;
  expect(lacking).toEqual(['cojito']);

  const [one, other] = await Promise.all(
    ['bernini', 'cojito'].map((host) =>
      update.buildFullImage({ ref: stepRef(`update/lacking/${host}`, 'full'), leader: 'asahi', image }),
    ),
  );
  const { name, snapshotUuid, changes } = image.facts;
  expect(one!.facts).toMatchObject({ name, snapshotUuid, changes, parent: null });
  expect(one!.facts.path).toMatch(/-2\.full\.zst$/);
  expect(other!.facts).toEqual(one!.facts);
  expect(await fleet.look('cojito', `sha256sum ${one!.facts.path}`)).toContain(one!.facts.sha256);
  const received = await fleet.look(
    'cojito',
    `zstd -dc ${one!.facts.path} | btrfs receive -q ${TOP}/snapshots && btrfs subvolume show ${TOP}/snapshots/${name}`,
  );
  expect(received).toContain(snapshotUuid);
  expect((await manifestOf(one!)).ranges).toEqual((await manifestOf(image)).ranges);
});

test('a kernel on the ESP lies beside the image, without the files that name the host’s own disk', async () => {
  const esp = '/run/esp';
  await fleet.lab.exec(
    'asahi',
    `mkdir -p ${esp}/loader/entries ${esp}/EFI/systemd; cd ${esp}; ` +
      'echo kernel >vmlinuz-linux; echo ram >initramfs-linux.img; echo boot >EFI/systemd/systemd-bootx64.efi; ' +
      'echo "root=UUID=1" >loader/entries/arch.conf; echo seed >loader/random-seed',
  );
  const site = async () => {
    const real = await fleet.deps.site();
    return { ...real, layout: { ...real.layout, esp }, update: { ...real.update, boot: 'esp' as const } };
  };
  const image = await build('update/esp', holdsContract(createHostActivities({ ...fleet.deps, site })));
  const manifest = await manifestOf(image);
  const tar = image.facts.path.replace(/zst$/, 'esp.tar');
  expect(manifest.esp?.files.map(({ path }) => path)).toEqual([
    'EFI/systemd/systemd-bootx64.efi',
    'initramfs-linux.img',
    'vmlinuz-linux',
  ]);
  expect(manifest.esp?.files[2]?.sha256).toBe(createHash('sha256').update('kernel\n').digest('hex'));
  expect(await fleet.look('cojito', `sha256sum ${tar}; tar -xOf ${tar} vmlinuz-linux`)).toBe(
    `${manifest.esp?.sha256}  ${tar}\nkernel`,
  );
});

test('the kernels below /usr/lib/modules of the snapshot are in the manifest', async () => {
  const kernel = (release: string, file: string) => `mkdir -p ${release}; touch ${release}/${file}`;
  await fleet.inWindow(
    'asahi',
    // An earlier kernel leaves only the modules of a separate package.
    `mkdir -p /usr/lib/modules; cd /usr/lib/modules; ${kernel('6.99.1-arch1-1', 'vmlinuz')}; ${kernel('6.99.2-lts', 'modules.dep')}; mkdir -p 6.98.0/extramodules`,
  );
  expect((await manifestOf(await build('update/kernel'))).kernel).toEqual(['6.99.1-arch1-1', '6.99.2-lts']);
});
