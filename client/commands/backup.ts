import { Command, Option } from 'commander';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { inReadersTime, readerOf } from '../reader.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';

const SECRETS = process.env['SEMESTER_SECRETS_DIR'] ?? '/etc/semester/secrets';
const PARTS = ['site', 'secrets', 'state', 'store', 'temporal'] as const;
type Part = (typeof PARTS)[number];

interface BackupFlags {
  readonly site: string;
  readonly secrets: string;
  readonly to?: string;
  readonly json?: boolean;
}

/** `backup`: the whole service in one encrypted file. Runs on the worker's machine, and needs no Temporal. */
export function backupCommand(io: Io): Command {
  return new Command('backup')
    .description('Write the service into one encrypted file: store, databases of Temporal, state, site, secrets')
    .option('--site <file>', "the worker's site.yaml, with the key backup", DEFAULT_SITE)
    .option('--secrets <folder>', 'the folder of the files with secrets', SECRETS)
    .option('--to <folder>', 'where the file goes; default: backup.folder of site.yaml')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester backup --site /etc/semester/site.yaml')
    .action(async ({ json, ...flags }: BackupFlags) => {
      const { backup } = await import('../../recovery/backup.ts');
      const made = await backup(flags);
      const temporal = made.parts.includes('temporal')
        ? ''
        : "\nTemporal's databases are not in it: set SEMESTER_TEMPORAL_DATABASE_URL, or back them up by other means.";
      io.out(
        json
          ? jsonText('backup', made)
          : `${made.file}: ${made.bytes} bytes, read back and compared. Parts: ${made.parts.join(', ')}.${temporal}`,
      );
    });
}

interface RestoreFlags {
  readonly identity: string;
  readonly site: string;
  readonly secrets: string;
  readonly only?: readonly Part[];
  readonly json?: boolean;
}

/** `restore-service`: the service from a backup, onto a machine on which nothing is. */
export function restoreServiceCommand(io: Io): Command {
  return new Command('restore-service')
    .description('Restore the service from a backup; refuses targets that are not empty')
    .argument('<file>', 'a file of semester backup')
    .requiredOption('--identity <file>', 'the file with the AGE-SECRET-KEY of a recipient')
    .option('--site <file>', 'where site.yaml goes', DEFAULT_SITE)
    .option('--secrets <folder>', 'where the files with secrets go', SECRETS)
    .addOption(new Option('--only <parts...>', 'only these parts').choices(PARTS))
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  semester restore-service gpu-semester-bacchus-2027-02-03T03-00-00Z.age --identity key.txt --site /etc/semester/site.yaml',
    )
    .action(async (file: string, { json, ...flags }: RestoreFlags) => {
      const { restoreService } = await import('../../recovery/restore.ts');
      const { manifest, parts } = await restoreService({ file, ...flags });
      const { made, site, version } = manifest;
      io.out(
        json
          ? jsonText('restore-service', { made, site, version, parts })
          : `Restored ${parts.join(', ')} of ${site}, as of ${inReadersTime(made, readerOf())} (version ${version}). ` +
              'Nothing acts until a person has looked: start the service, then semester recover --by NAME.',
      );
    });
}
