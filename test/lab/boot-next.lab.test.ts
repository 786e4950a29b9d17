import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '../../lab/lab.ts';

/** BootNext of a lab's hosts: one boot into another subvolume, then what was there before. Each part needs the one before. */
let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ hosts: ['asahi'], busy: false });
  await lab.exec(
    'asahi',
    `mount /root/btrfs-toplevel; cd /root/btrfs-toplevel; btrfs -q subvolume snapshot root once; btrfs -q subvolume create broken;
     mkdir -p /boot/EFI/semester; efibootmgr --quiet --create-only --label once --loader '\\EFI\\semester\\once.efi'`,
  );
});
afterAll(() => lab?.down());

const running = () =>
  lab.exec('asahi', 'btrfs inspect-internal subvolid-resolve $(btrfs inspect-internal rootid /) /root/btrfs-toplevel');
const bootId = () => lab.exec('asahi', 'cat /proc/sys/kernel/random/boot_id');

/** Sets BootNext for a subvolume and reboots, or loses power. Returns the subvolume that runs then. */
async function bootOnce(subvolume: string | null, powerCut = false): Promise<string> {
  const before = await bootId();
  if (subvolume !== null) {
    await lab.exec(
      'asahi',
      `id=$(btrfs inspect-internal rootid /root/btrfs-toplevel/${subvolume}); printf 'rw rootflags=subvolid=%s panic=10' "$id" >/boot/EFI/semester/once.efi
       efibootmgr --quiet --bootnext 0002; efibootmgr | grep 'BootNext: 0002'`,
    );
  }
  if (powerCut) {
    await lab.powerCut('asahi');
    await lab.powerOn('asahi');
  } else await lab.exec('asahi', 'systemctl --no-block reboot');
  await expect.poll(() => bootId().catch(() => before), { timeout: 60_000 }).not.toBe(before);
  await lab.exec('asahi', 'mountpoint -q /root/btrfs-toplevel || mount /root/btrfs-toplevel');
  return await running();
}

test('boots another subvolume once', async () => {
  expect(await bootOnce('once')).toBe('once');
  expect(await lab.exec('asahi', 'efibootmgr | grep -c BootNext || true')).toBe('0');
  expect(await bootOnce(null)).toBe('root');
});

test('is kept through a power cut, and used up by it', async () => {
  expect(await bootOnce('once', true)).toBe('once');
  expect(await bootOnce(null, true)).toBe('root');
});

test('a root that does not start ends in the one before', async () => {
  expect(await bootOnce('broken')).toBe('root');
});
