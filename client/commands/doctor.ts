import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import type { DoctorCheck, DoctorReport } from '../../activities/doctor/contract.ts';
import { loadSite } from '../../config/load.ts';
import type { Language } from '../../domain/names.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import type { Say } from '../../texts/messages.ts';
import { inReadersTime, readerOf, textsFor, type Reader, type Texts } from '../reader.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import { table as fittingTable } from '../table.ts';
import { checkTemporal } from '../temporal-checks.ts';
import { inspect } from '../workflows.ts';

interface Flags {
  readonly all?: boolean;
  readonly site: string;
  readonly fix?: boolean;
  readonly json?: boolean;
}

interface Screen extends Texts {
  readonly reader: Reader;
  readonly columns: number | null;
  readonly all: boolean;
}

/** `doctor`: checks every credential and host from the worker. Exits with 1 when something is wrong. */
export function doctorCommand(io: Io): Command {
  return new Command('doctor')
    .description('Check every credential and host from the worker; changes nothing without --fix')
    .option('--all', 'also show what is in order')
    .option('--fix', 'clean up what an earlier run left on the hosts')
    .option('--site <file>', 'the site file; the worker must serve its site', DEFAULT_SITE)
    .option('--json', 'print the checks as JSON')
    .addHelpText('after', '\nExample:\n  semester doctor\n  semester doctor --fix')
    .action(async ({ site: file, all = false, fix = false, json }: Flags) => {
      const site = await loadSite(file);
      const { name, hosts } = site;
      // For programs a report is the same everywhere.
      const reader: Reader = { ...readerOf(site), ...(json && { language: 'en' }) };
      const { say, recorded } = await textsFor(reader);
      if (!json) io.note(say('doctor.looks', { hosts: hosts.length + 1 }));
      const asked = { site: name, fix, language: reader.language };
      const report = await io.withClient((client) => examine(client, asked, say));
      const code = isHealthy(report) ? EXIT.ok : EXIT.failed;
      io.out(
        json
          ? jsonText('doctor', report, { code })
          : renderDoctor(report, { say, recorded, reader, columns: io.columns, all }),
      );
      // The report names what is wrong.
      if (code !== EXIT.ok) throw new CliError(code, '');
    });
}

/** The worker's checks, and those of Temporal that need a second clock. */
async function examine(
  client: Client,
  asked: { site: string; fix: boolean; language: Language },
  say: Say,
): Promise<DoctorReport> {
  const began = Date.now();
  const workflowId = `inspect/doctor/${randomUUID()}`;
  const answer = await inspect(client, 'doctor', asked, workflowId);
  const here = { began, ended: Date.now() };
  const { startTime, closeTime } = await client.workflow.getHandle(workflowId).describe();
  const temporal = { began: startTime.getTime(), ended: (closeTime ?? startTime).getTime() };
  const checks = await checkTemporal(client, say, { here, temporal, worker: Date.parse(answer.at) });
  return { ...answer, checks: [...answer.checks, ...checks] };
}

/** Whether no check is `wrong`; warnings are allowed. */
const isHealthy = ({ checks }: Pick<DoctorReport, 'checks'>): boolean => checks.every(({ state }) => state !== 'wrong');

/** Renders what is wrong first, then the warnings, each with its remedy on a line of its own; the rest as a count, or with `all` as a table. */
function renderDoctor({ site, checks }: DoctorReport, { say, recorded, reader, columns, all }: Screen): string {
  const timed = checks.map((one) => ({
    ...one,
    // The words of an error, or of a script on a host.
    found: inReadersTime(recorded(one.found), reader),
    remedy: inReadersTime(one.remedy, reader),
  }));
  const inState = (state: DoctorCheck['state']) => timed.filter((one) => one.state === state);
  const urgent = [...inState('wrong'), ...inState('warning'), ...inState('cleaned')];
  const rest = timed.filter((one) => !urgent.includes(one));
  const blocks = urgent.map(({ title, where, state, found, remedy }) =>
    [
      `${say(`doctor.mark.${state}`)}  ${title}, ${where}`,
      ...indented(found, '   '),
      ...indented(remedy, '   → '),
    ].join('\n'),
  );
  const rows = rest.map(({ title, where, state, found }) => [title, where, say(`doctor.mark.${state}`), found]);
  const total = say('doctor.total', {
    site,
    checks: checks.length,
    wrong: inState('wrong').length,
    warnings: inState('warning').length,
    cleaned: inState('cleaned').length || null,
    rest: rest.length,
    hidden: !all && rest.length > 0,
  });
  const titles = (['check', 'where', 'state', 'found'] as const).map((column) => say(`doctor.column.${column}`));
  const table = all && rows.length > 0 ? [fittingTable(columns, titles, rows)] : [];
  return [...blocks, ...table, total].join('\n\n');
}

const indented = (text: string, before: string): readonly string[] =>
  text === '' ? [] : text.split('\n').map((line, at) => `${at === 0 ? before : ' '.repeat(before.length)}${line}`);
