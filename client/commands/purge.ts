import { Command } from 'commander';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';

/** `purge`: deletes personal data whose time is over. Runs on the worker's machine. */
export function purgeCommand(io: Io): Command {
  return new Command('purge')
    .description('Show the personal data that is older than privacy.keep, and delete it')
    .option('--site <file>', "the worker's site.yaml", DEFAULT_SITE)
    .option('--yes', 'do not ask')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester purge --site /etc/semester/site.yaml')
    .action(async (flags: { site: string; yes?: boolean; json?: boolean }) => {
      const { purge, totalOf } = await import('../../recovery/purge.ts');
      const due = await purge(io, flags);
      io.out(flags.json ? jsonText('purge', due) : `${totalOf(due)} entries were deleted.`);
    });
}
