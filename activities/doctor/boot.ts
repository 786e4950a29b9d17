import type { Site } from '../../domain/site.ts';
import { keyValues } from '../hosts/root/root.ts';
import type { Finding } from './check.ts';

type Facts = Readonly<Record<string, string | undefined>>;

/**
 * Reads the output of `check-boot`: how a roll-out puts a new root in place on this host, what is not covered, and
 * whether the firmware can boot a kernel just once. R8.
 */
export function bootOf(output: string, { boot }: Pick<Site['update'], 'boot'>): Finding {
  const facts = keyValues(output);
  if (facts['container'] === 'yes') return { found: 'a container, which runs the kernel of its machine' };
  if (facts['firmware'] === undefined) return { state: 'wrong', found: 'the host did not report its firmware' };
  const against = againstBootNext(facts, boot);
  const found = [
    'a roll-out switches the root before the boot',
    'not covered: what fails before the new root starts its units (a kernel that panics or hangs, an initramfs that finds no root, the loader)',
    `hardware watchdog: ${facts['watchdog'] || 'none'}`,
    ...(facts['initramfs'] === 'busybox' ? ["mkinitcpio's initramfs opens a shell if it finds no root"] : []),
    against.length === 0
      ? 'the firmware can boot a kernel just once (BootNext)'
      : `the firmware cannot boot a kernel just once: ${against.join(', ')}`,
  ].join('; ');
  const next = facts['boot_next'];
  return next
    ? { state: 'warning', found: `the next boot takes the entry ${next} (BootNext), out of the boot order; ${found}` }
    : { found };
}

/** Why a kernel cannot be booted just once by BootNext; empty if it can. */
function againstBootNext(facts: Facts, boot: Site['update']['boot']): readonly string[] {
  if (facts['firmware'] !== 'uefi') return ['it is a BIOS'];
  return [
    ...(facts['variables'] === 'rw' ? [] : ['its variables cannot be written (efivarfs)']),
    ...(facts['secure_boot'] === 'on' ? ['Secure Boot is on'] : []),
    ...(facts['esps'] === '1' ? [] : [`the host has ${facts['esps']} EFI system partitions, not 1`]),
    ...(facts['efibootmgr'] === 'yes' ? [] : ['efibootmgr is not installed']),
    ...(boot === 'esp' ? [] : ['the loader reads the kernel inside the root (update.boot: in-root)']),
  ];
}
