import { Command } from 'commander';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';

/** `recover`: a person lets a restored service act again. Runs on the worker's machine, and needs no Temporal. */
export function recoverCommand(io: Io): Command {
  return new Command('recover')
    .description('After the service was restored: show what its store does not know, and let it act again')
    .requiredOption('--by <name>', 'the approver who has looked')
    .option('--site <file>', "the worker's site.yaml", DEFAULT_SITE)
    .option('--yes', 'do not ask')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester recover --by lee --site /etc/semester/site.yaml')
    .action(async (flags: { by: string; site: string; yes?: boolean; json?: boolean }) => {
      const { recover } = await import('../../recovery/recover.ts');
      const shown = flags.json ? { ...io, out: (text: string) => io.note(text) } : io;
      const text = await recover(shown, flags);
      io.out(flags.json ? jsonText('recover', { text }) : text);
    });
}
