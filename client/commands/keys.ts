import { Command } from 'commander';
import { newKey, PAYLOAD_KEYS } from '../../codec/keys.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';

const HELP = `
Example:
  umask 077; semester keys new > payload-keys; export ${PAYLOAD_KEYS}_FILE=$PWD/payload-keys

${PAYLOAD_KEYS} holds one or more keys, separated by commas: the first encrypts, all of them decrypt. To change the key:
  1. Add the new key at the end, for the worker and for all users of this command: OLD,NEW.
  2. When all have it, put it first: NEW,OLD. From then on the old key encrypts nothing.
  3. Remove the old key when Temporal has deleted the last workflow that used it.
Without a copy of the key, nothing that it encrypted can be read, and a running semester cannot continue.`;

/** `keys new`: prints a payload key, which encrypts what Temporal stores. */
export function keysCommand(io: Io): Command {
  const make = new Command('new')
    .description('Print a new key and nothing else: redirect it into a file')
    .option('--id <id>', 'its id, stored with everything that it encrypts; default: the date')
    .option('--json', 'print the key as JSON')
    .addHelpText('after', HELP)
    .action(({ id, json }: { id?: string; json?: boolean }) => {
      const key = newKey(new Date(), id);
      const [made = ''] = key.split(':');
      io.out(json ? jsonText('keys', { id: made, key }) : key);
    });
  return new Command('keys')
    .description('Make keys that encrypt what Temporal stores')
    .addHelpText('after', '\nExample:\n  semester keys new > payload-keys')
    .addCommand(make);
}
