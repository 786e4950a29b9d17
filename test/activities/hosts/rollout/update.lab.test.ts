import { afterAll, beforeAll, expect, test } from 'vitest';
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

const look = async (host: string, command: string) => (await fleet.lab.exec(host, command)).trim();
const version = (host: string) => look(host, 'pacman -Q linux');
const bootId = (host: string) => look(host, 'cat /proc/sys/kernel/random/boot_id');

async function lead(workflow: string, leader: string, followers: readonly string[]): Promise<Proof<'image'>> {
  await update.updateLeader({ ref: stepRef(workflow, 'leader'), host: leader });
  return update.buildImage({ ref: stepRef(workflow, 'image'), leader, label: 'gpu-update', followers });
}

async function follow(workflow: string, host: string, image: Proof<'image'>) {
  await update.receiveImage({ ref: stepRef(workflow, `receive ${host}`), host, image });
  await update.prepareRoot({ ref: stepRef(workflow, `prepare ${host}`), host, image });
  const swapped = await update.switchRoot({ ref: stepRef(workflow, `swap ${host}`), host, image });
  const bootIdBefore = swapped.facts.bootId;
  return update.rebootHost({ ref: stepRef(workflow, `reboot ${host}`), host, image, bootIdBefore });
}

test('one image brings followers to the leader’s packages, with their own identity and a new boot', async () => {
  const keys = 'cat /etc/ssh/ssh_host_*.pub /etc/hostname /etc/machine-id';
  const own = await look('bernini', keys);
  const image = await lead('update/first', 'asahi', ['bernini', 'cojito']);
  expect(image.facts.changes).toBeGreaterThan(0);
  expect(await look('asahi', 'btrfs property get -ts / ro')).toBe('ro=true');

  expect(await look('asahi', `stat -c %U ${image.facts.path}`)).toBe('bacchus');
  const attached = await lead('update/first', 'asahi', ['bernini', 'cojito']);
  expect(attached.facts).toEqual(image.facts);

  const plan = await update.planRollout({
    leader: 'asahi',
    image,
    followers: ['bernini', 'cojito'],
    canary: null,
    waves: [],
  });
  expect(plan.rows.join('\n')).toMatch(/linux 1\.1-1 → 1\.2-1/);
  expect(plan.empty).toBe(false);
  expect(await version('bernini')).toBe('linux 1.1-1');

  const before = await bootId('bernini');
  const proofs = await Promise.all(['bernini', 'cojito'].map((host) => follow('update/first', host, image)));
  for (const proof of proofs) {
    expect(proof.facts.bootIdAfter).not.toBe(proof.facts.bootIdBefore);
    expect(proof.facts).toMatchObject({ image: image.facts.name, defaultSubvolume: 'root' });
    expect(await version(proof.facts.host)).toBe('linux 1.2-1');
    expect(await look(proof.facts.host, 'btrfs property get -ts / ro')).toBe('ro=true');
  }
  expect(await bootId('bernini')).not.toBe(before);
  expect(await look('bernini', keys)).toBe(own);
});

test('a second roll-out, led by a former follower, builds on the first; an interrupted receive and a half-done swap are repaired', async () => {
  await fleet.lab.publishPackages();
  const image = await lead('update/second', 'bernini', ['asahi', 'cojito']);
  expect(image.facts.parent).toMatch(/-gpu-update/);
  expect(image.facts.name).toMatch(/-gpu-update-2$/);

  const { name } = image.facts;
  const stream = `zstd -dc ${image.facts.path}`;
  await fleet.lab.exec(
    'asahi',
    `mountpoint -q ${TOP} || mount ${TOP}; size=$(${stream} | wc -c); ` +
      `${stream} | head -c $((size / 2)) | btrfs receive -q ${TOP}/snapshots 2>/dev/null || true`,
  );
  expect(await look('asahi', `btrfs property get -ts ${TOP}/snapshots/${name} ro`)).toBe('ro=false');
  await update.receiveImage({ ref: stepRef('update/second', 'receive asahi'), host: 'asahi', image });
  expect(await look('asahi', `btrfs subvolume show ${TOP}/snapshots/${name}`)).toContain(image.facts.snapshotUuid);

  await update.prepareRoot({ ref: stepRef('update/second', 'prepare asahi'), host: 'asahi', image });
  // A host whose firmware cannot boot a root just once: names change before the boot.
  await fleet.lab.exec('asahi', 'touch /run/lab-firmware/bios');
  const swap = (round: number) =>
    update.switchRoot({ ref: stepRef('update/second', 'swap asahi', { round }), host: 'asahi', image });
  await swap(1);
  // The state that a power cut between the two renames leaves.
  await fleet.lab.exec('asahi', `mv ${TOP}/root ${TOP}/root.new; btrfs subvolume set-default ${TOP}/old-root`);
  const swapped = await swap(2);
  // The state that a power cut between the renames and set-default leaves.
  await fleet.lab.exec('asahi', `btrfs subvolume set-default ${TOP}/old-root`);
  expect((await swap(3)).facts).toEqual(swapped.facts);
  expect(await look('asahi', `ls ${TOP}`)).not.toContain('root.new');

  const bootIdBefore = swapped.facts.bootId;
  const reboot = { ref: stepRef('update/second', 'reboot asahi'), host: 'asahi', image, bootIdBefore };
  const proof = await update.rebootHost(reboot);
  expect(await version('asahi')).toBe('linux 1.3-1');
  const again = await update.rebootHost(reboot);
  expect(again.facts.bootIdAfter).toBe(proof.facts.bootIdAfter);

  const other = await follow('update/second', 'cojito', image);
  expect(other.facts.image).toBe(name);
});

test('without changes the plan is empty; a file changed by hand is a change', async () => {
  const followers = ['asahi', 'cojito'];
  const same = await lead('update/third', 'bernini', followers);
  expect((await update.planRollout({ leader: 'bernini', image: same, followers, canary: null, waves: [] })).empty).toBe(
    true,
  );

  await fleet.lab.exec(
    'bernini',
    'btrfs property set -ts / ro false; echo "* hard core 0" >/etc/security/limits.d/core.conf; btrfs property set -ts / ro true',
  );
  const byHand = await lead('update/fourth', 'bernini', followers);
  const plan = await update.planRollout({ leader: 'bernini', image: byHand, followers, canary: null, waves: [] });
  expect(plan.rows).toContain('~ /etc/security/limits.d/core.conf');
  expect(plan.empty).toBe(false);
});

test('a host that runs something other than root is refused', async () => {
  const image = { ...(await lead('update/fifth', 'bernini', ['cojito'])) };
  await update.receiveImage({ ref: stepRef('update/fifth', 'receive'), host: 'cojito', image });
  await fleet.lab.exec('cojito', `mv ${TOP}/root ${TOP}/away; btrfs subvolume snapshot -r ${TOP}/away ${TOP}/root`);
  const prepare = update.prepareRoot({ ref: stepRef('update/fifth', 'prepare'), host: 'cojito', image });
  await expect(prepare).rejects.toThrow(/is not the running root/);
  const swap = update.switchRoot({ ref: stepRef('update/fifth', 'swap'), host: 'cojito', image });
  await expect(swap).rejects.toThrow(/is not the running root/);
  await expect(update.updateLeader({ ref: stepRef('update/fifth', 'leader'), host: 'cojito' })).rejects.toThrow(/away/);
});
