import { Command, Option } from 'commander';
import { flagOf, SEMESTER_QUESTIONS, SITE_QUESTIONS, type Given } from '../init-questions.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';

const HELP = `
Example:
  semester init
  semester init --semester 2027-fall --deadline 2027-08-10 --period-from 2027-09-01 --period-until 2028-02-10

It asks for what no flag says and it cannot find out. It overwrites nothing, so it is safe to run again: for the next
semester, or with a secret that was missing. It looks at the servers with the SSH key only, and changes nothing there.`;

/** Files of secrets that are copied to `secrets/`, by flag. */
const SECRET_FLAGS = {
  sshKey: ['SEMESTER_SSH_KEY', "the service's private SSH key"],
  sshPassword: ['SEMESTER_SSH_PASSWORD', "the administrators' password on the servers, where sudo asks for it"],
  idPassword: ['SEMESTER_ID_PASSWORD', "the password of the service's account on the ID server"],
  idDatabaseUrl: ['SEMESTER_ID_DATABASE_URL', "the address of the ID server's database, with its password"],
  smtpPassword: ['SEMESTER_SMTP_PASSWORD', 'the password of the mail account'],
  databaseUrl: ['SEMESTER_DATABASE_URL', 'the address of the PostgreSQL of the store, with its password'],
} as const;

interface Flags {
  readonly temporal: string;
  readonly namespace: string;
  readonly store: 'postgres' | 'embedded';
  readonly json?: boolean;
}

/** `init`: writes the files of a new site. Runs on the worker's machine, and needs no Temporal. */
export function initCommand(io: Io): Command {
  const command = new Command('init')
    .description("Write site.yaml, the semester's file, the payload key and the environment of a new site")
    .argument('[folder]', 'where they go', '.');
  const questions = Object.entries({ ...SITE_QUESTIONS, ...SEMESTER_QUESTIONS });
  for (const [key, { what, form, ...question }] of questions) {
    const value = 'several' in question ? '<words...>' : '<value>';
    const found = 'asked' in question ? '; found out, or a default' : '';
    command.option(`${flagOf(key)} ${value}`, `${what}, such as ${form}${found}`);
  }
  for (const [key, [, what]] of Object.entries(SECRET_FLAGS))
    command.option(`${flagOf(key)} <file>`, `a file with ${what}; copied to secrets/`);
  return command
    .option('--temporal <address>', 'address of Temporal', process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233')
    .option('--namespace <name>', 'its namespace', process.env['TEMPORAL_NAMESPACE'] ?? 'semester')
    .addOption(
      new Option('--store <kind>', 'embedded: for a first try, without a PostgreSQL')
        .choices(['postgres', 'embedded'])
        .default('postgres'),
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', HELP)
    .action(async (folder: string, flags: Flags & Record<string, unknown>) => {
      const { initSite, renderInit } = await import('../../recovery/init.ts');
      const secrets = Object.entries(SECRET_FLAGS).map(([key, [name]]) => ({ name, from: textOf(flags[key]) }));
      const given: Given = Object.fromEntries(questions.map(([key]) => [key, textOf(flags[key])]));
      const { temporal, namespace, store } = flags;
      const result = await initSite(io, { folder, given, secrets, temporal, namespace, store });
      io.out(flags.json ? jsonText('init', result) : renderInit(result));
    });
}

const textOf = (value: unknown): string | undefined =>
  Array.isArray(value) ? value.join(' ') : typeof value === 'string' ? value : undefined;
