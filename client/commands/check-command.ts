import { Command } from 'commander';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { overridesOf, withSemesterFlags, type SemesterFlags } from '../semester-flags.ts';
import { runCheck } from './check.ts';

interface Flags extends SemesterFlags {
  readonly site?: string;
  readonly semester?: string;
  readonly by?: string;
  readonly json?: boolean;
}

/** `check`: validates both files without any server. */
export function checkCommand(io: Io): Command {
  const command = new Command('check')
    .description('Check site.yaml and semester.yaml, without any server')
    .option('--site <file>', 'what stays from semester to semester')
    .option('--semester <file>', 'what changes')
    .option('--by <name>', 'who will start it: where two approvers are needed, they are not one of them')
    .option('--json', 'print the result as JSON');
  return withSemesterFlags(command)
    .addHelpText('after', '\nExample:\n  semester check --site site.yaml --semester 2027-spring.yaml')
    .action(async (flags: Flags) => {
      const print = (text: string) => io.out(text);
      const code = await runCheck({ ...flags, overrides: overridesOf(flags), print });
      // What is wrong has been printed already.
      if (code !== EXIT.ok) throw new CliError(EXIT.usage, '');
    });
}
