import type { Site } from '../../domain/site.ts';
import { keyValues } from '../hosts/root/root.ts';
import type { Say } from '../../texts/messages.ts';
import type { Finding } from './check.ts';

type Facts = Readonly<Record<string, string | undefined>>;

/**
 * Reads the output of `check-boot`: how a roll-out puts a new root in place on this host, what is not covered, and
 * whether the firmware can boot a kernel just once. R8.
 */
export function bootOf(say: Say, output: string, { boot }: Pick<Site['update'], 'boot'>): Finding {
  const facts = keyValues(output);
  if (facts['container'] === 'yes') return { found: say('doctor.boot.container') };
  if (facts['firmware'] === undefined) return { state: 'wrong', found: say('doctor.boot.unknown') };
  const found = say('doctor.boot.found', {
    watchdog: facts['watchdog'] || null,
    busybox: facts['initramfs'] === 'busybox',
    against: againstBootNext(say, facts, boot),
  });
  const entry = facts['boot_next'];
  return entry ? { state: 'warning', found: say('doctor.boot.next', { entry, found }) } : { found };
}

/** Why a kernel cannot be booted just once by BootNext; empty if it can. */
function againstBootNext(say: Say, facts: Facts, boot: Site['update']['boot']): readonly string[] {
  if (facts['firmware'] !== 'uefi') return [say('doctor.boot.against.bios')];
  return [
    ...(facts['variables'] === 'rw' ? [] : [say('doctor.boot.against.variables')]),
    ...(facts['secure_boot'] === 'on' ? [say('doctor.boot.against.secureBoot')] : []),
    ...(facts['esps'] === '1' ? [] : [say('doctor.boot.against.esps', { count: facts['esps'] ?? '0' })]),
    ...(facts['efibootmgr'] === 'yes' ? [] : [say('doctor.boot.against.efibootmgr')]),
    ...(boot === 'esp' ? [] : [say('doctor.boot.against.inRoot')]),
  ];
}
