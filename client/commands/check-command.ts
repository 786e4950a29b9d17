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

/** `check`: validates both files; contacts no server. */
export function checkCommand(io: Io): Command {
  const command = new Command('check')
    .description('Check site.yaml and semester.yaml; contacts no server')
    .option('--site <file>', 'site.yaml: hosts, mail, ID server, approvers')
    .option('--semester <file>', 'semester.yaml: name, deadline, period')
    .option('--by <name>', 'who will start the semester; does not count at gates with a quorum of two or more')
    .option('--json', 'print the result as JSON');
  return withSemesterFlags(command)
    .addHelpText('after', '\nExample:\n  semester check --site site.yaml --semester 2027-spring.yaml')
    .action(async (flags: Flags) => {
      const print = (text: string) => io.out(text);
      const code = await runCheck({ ...flags, overrides: overridesOf(flags), print });
      // The errors have been printed already.
      if (code !== EXIT.ok) throw new CliError(EXIT.usage, '');
    });
}
