import { Command } from 'commander';
import { newKey, PAYLOAD_KEYS } from '../../codec/keys.ts';
import type { Io } from '../io.ts';

const HELP = `
Example:
  umask 077; semester keys new > payload-keys; export ${PAYLOAD_KEYS}_FILE=$PWD/payload-keys

${PAYLOAD_KEYS} holds one or more, separated by commas: the first encrypts, all of them decrypt. To change it:
  1. Add the new one at the end, for the worker and for everybody who uses this command: OLD,NEW.
  2. When all have it, put it first: NEW,OLD. Nothing is written with the old one from then on.
  3. Take the old one away when Temporal has forgotten the last workflow of its time.
Whoever loses the last copy of a key can read nothing that was written with it, and its semesters cannot go on.`;

/** `keys new`: prints a key for what Temporal stores. */
export function keysCommand(io: Io): Command {
  const make = new Command('new')
    .description('Print a new key, and nothing else: send it into a file')
    .option('--id <id>', 'its name beside everything that it encrypts; by default the date')
    .option('--json', 'print it as JSON')
    .addHelpText('after', HELP)
    .action(({ id, json }: { id?: string; json?: boolean }) => {
      const key = newKey(new Date(), id);
      io.out(json ? JSON.stringify({ id: key.split(':')[0], key }, null, 2) : key);
    });
  return new Command('keys')
    .description('Make keys that encrypt what Temporal stores')
    .addHelpText('after', '\nExample:\n  semester keys new > payload-keys')
    .addCommand(make);
}
