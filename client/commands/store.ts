import { Command } from 'commander';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';

const HELP = `
Example:
  semester store move --site /etc/semester/site.yaml

Stop the worker first. SEMESTER_DATABASE_URL, or SEMESTER_DATABASE_URL_FILE, names the empty PostgreSQL.`;

/** `store move`: from the embedded database to PostgreSQL. Runs on the worker's machine, and needs no Temporal. */
export function storeCommand(io: Io): Command {
  const move = new Command('move')
    .description('Move the embedded store to the empty PostgreSQL at SEMESTER_DATABASE_URL')
    .option('--site <file>', 'the file that names stateDir', DEFAULT_SITE)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', HELP)
    .action(async ({ site, json }: { site: string; json?: boolean }) => {
      const { moveStore } = await import('../../recovery/move-store.ts');
      const { rows, kept } = await moveStore(site);
      io.out(
        json
          ? jsonText('store', { rows, kept })
          : `PostgreSQL has all ${rows} rows of the embedded store. Its files are in ${kept}: delete them when the worker runs.`,
      );
    });
  return new Command('store')
    .description("Look after the worker's store, on its own machine")
    .addHelpText('after', HELP)
    .addCommand(move);
}
