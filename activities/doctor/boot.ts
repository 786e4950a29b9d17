import { keyValues } from '../hosts/root/root.ts';
import type { Say } from '../../texts/messages.ts';
import type { Finding } from './check.ts';

/** What prevents a boot of a root just once, in the words of `obstacles.sh`. */
const AGAINST = [
  'inRoot',
  'efibootmgr',
  'firmware',
  'readOnly',
  'secureBoot',
  'partitions',
  'objcopy',
  'stub',
] as const;

/**
 * Reads the output of `check-boot`: which way a roll-out puts a new root in place on this host, and what is not covered
 * then. R8.
 */
export function bootOf(say: Say, output: string, host: string): Finding {
  const facts = keyValues(output);
  if (facts['obstacles'] === undefined) return { state: 'wrong', found: say('doctor.boot.unknown') };
  const words = facts['obstacles'].split(',').filter((word) => word !== '');
  const found = say('doctor.boot.found', {
    container: facts['container'] === 'yes',
    against: words.map((word) => {
      const known = AGAINST.find((one) => one === word);
      return known ? say(`doctor.boot.against.${known}`) : word;
    }),
    watchdog: facts['watchdog'] || null,
    busybox: facts['initramfs'] === 'busybox',
  });
  const { kernel, boot_next: entry } = facts;
  if (kernel) {
    return {
      state: 'warning',
      found: say('doctor.boot.kernel', { kernel, found }),
      remedy: say('doctor.boot.reboot', { host }),
    };
  }
  return entry ? { state: 'warning', found: say('doctor.boot.next', { entry, found }) } : { found };
}
