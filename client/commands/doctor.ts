import { many } from '../../domain/many.ts';
import Table from 'cli-table3';
import { Command } from 'commander';
import type { DoctorCheck, DoctorReport } from '../../activities/doctor/contract.ts';
import { loadSite } from '../../config/load.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import { inspect } from '../workflows.ts';

interface Flags {
  readonly site: string;
  readonly fix?: boolean;
  readonly json?: boolean;
}

/** `doctor`: checks every credential and host from the worker. Exits with 1 when something is wrong. */
export function doctorCommand(io: Io): Command {
  return new Command('doctor')
    .description('Check every credential and host from the worker; changes nothing without --fix')
    .option('--fix', 'clean up what an earlier run left on the hosts')
    .option('--site <file>', 'the site file; the worker must serve its site', DEFAULT_SITE)
    .option('--json', 'print the checks as JSON')
    .addHelpText('after', '\nExample:\n  semester doctor\n  semester doctor --fix')
    .action(async ({ site: file, fix = false, json }: Flags) => {
      const { name, hosts } = await loadSite(file);
      if (!json) io.note(`The worker checks ${hosts.length + 1} hosts and its services …`);
      const report = await io.withClient((client) => inspect(client, 'doctor', { site: name, fix }));
      io.out(json ? JSON.stringify({ ok: isHealthy(report), ...report }, null, 2) : renderDoctor(report));
      // The table names what is wrong.
      if (!isHealthy(report)) throw new CliError(EXIT.failed, '');
    });
}

/** Whether no check is `wrong`; warnings are allowed. */
const isHealthy = ({ checks }: Pick<DoctorReport, 'checks'>): boolean => checks.every(({ state }) => state !== 'wrong');

const MARKS: Readonly<Record<DoctorCheck['state'], string>> = {
  ok: 'ok',
  warning: 'WARNING',
  wrong: 'WRONG',
  cleaned: 'cleaned',
  skipped: '-',
};

/** Renders one table (check, where, state, found, remedy), and the totals below it. */
function renderDoctor({ site, checks }: DoctorReport): string {
  const table = new Table({
    head: ['check', 'where', 'state', 'found', 'remedy'],
    style: { head: [], border: [], compact: true },
    wordWrap: true,
    // No width for the remedy, so that a command to type stays on one line.
    colWidths: [null, null, null, 56, null],
  });
  for (const { check, where, state, found, remedy } of checks) table.push([check, where, MARKS[state], found, remedy]);
  const count = (state: DoctorCheck['state']) => checks.filter((one) => one.state === state).length;
  const totals = [
    `${many(checks.length, 'check')} of ${site}: ${count('wrong')} wrong`,
    many(count('warning'), 'warning'),
  ];
  if (count('cleaned') > 0) totals.push(`${count('cleaned')} cleaned`);
  return `${table.toString()}\n${totals.join(', ')}`;
}
