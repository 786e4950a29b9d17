import { many } from '../../domain/many.ts';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { loadSite } from '../../config/load.ts';
import type { AuditExport } from '../../signing/export-format.ts';
import { audit, type Audit } from '../audit/audit.ts';
import type { OtherWorkflow } from '../audit/compare.ts';
import type { JudgedReport } from '../audit/hand-reports.ts';
import type { JudgedPeople } from '../audit/judgements.ts';
import type { JudgedStart } from '../audit/starts.ts';
import type { Judged } from '../audit/verdicts.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { inReadersTime, readerOf } from '../reader.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';

interface Flags {
  readonly site: string;
  readonly allowedSigners?: string;
  readonly digest?: string;
  readonly offline?: boolean;
  readonly json?: boolean;
}

/**
 * `audit`: who approved what, when, with which key. On the worker's machine also what was done: it asks hosts, ID server and
 * store. Of a file alone it needs neither Temporal nor the service.
 */
export function auditCommand(io: Io): Command {
  return new Command('audit')
    .description(
      'Verify a finished semester: who approved what, when, with which key, and whether anything else was done',
    )
    .argument('<file-or-name>', 'an export, or the name of a semester: its newest export below stateDir')
    .option('--site <file>', 'the site whose hosts, ID server and store are compared; needed with a name', DEFAULT_SITE)
    .option('--offline', 'read the export alone: compare nothing with hosts, ID server and store')
    .option('--allowed-signers <file>', 'trust the keys of this file instead of those in the export')
    .option('--digest <digest>', 'digest of the export, from the closing report')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester audit 2027-spring --digest sha256:…')
    .action(async (what: string, flags: Flags, command: Command) => {
      const { exported, byName } = await readExport(what, flags.site);
      const compares = !flags.offline && (byName || command.getOptionValueSource('site') === 'cli');
      const found = compares
        ? await (await import('../../recovery/find-done.ts')).findDone(io, flags.site, exported)
        : undefined;
      const allowedSigners =
        flags.allowedSigners === undefined ? undefined : await readText(flags.allowedSigners, 'allowed signers');
      const result = await audit(exported, { allowedSigners, expected: flags.digest, found });
      // Who asks for a comparison must not take silence for a result.
      const failed = result.problems.length > 0 || (compares && result.notCompared.length > 0);
      const code = failed ? EXIT.failed : EXIT.ok;
      io.out(flags.json ? jsonText('audit', result, { code }) : inReadersTime(render(result, flags), readerOf()));
      if (code !== EXIT.ok) throw new CliError(code, '');
    });
}

/** @throws CliError (2) when there is no such file; (1) when it is no export */
async function readExport(what: string, site: string): Promise<{ exported: AuditExport; byName: boolean }> {
  const isFile = await stat(what).then(
    (found) => found.isFile(),
    () => false,
  );
  const file = isFile ? what : await newestOf(what, site);
  const text = await readText(file, 'export');
  try {
    const exported = JSON.parse(text) as AuditExport;
    if (exported.format === 1 && Array.isArray(exported.executions)) return { exported, byName: !isFile };
  } catch {
    // Not JSON: the error below covers it.
  }
  throw new CliError(
    EXIT.failed,
    `${file} is not an export of a semester. Exports lie in stateDir/exports/NAME/ on the worker.`,
  );
}

async function newestOf(name: string, site: string): Promise<string> {
  const { stateDir } = await loadSite(site);
  const folder = path.join(stateDir, 'exports', encodeURIComponent(name));
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.json'));
  const dated = await Promise.all(
    files.map(async (file) => ({ file, at: (await stat(path.join(folder, file))).mtimeMs })),
  );
  const newest = dated.toSorted((a, b) => b.at - a.at)[0];
  if (newest) return path.join(folder, newest.file);
  throw new CliError(
    EXIT.usage,
    `There is no file ${name}, and no export in ${folder}. The worker writes the export there when the semester ends.`,
  );
}

const readText = (file: string, what: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(EXIT.usage, `The ${what} ${file} cannot be read: ${error.code}`);
  });

function verdictLine(judged: Judged): string {
  const { time, workflow, statement } = judged;
  const { verdict, gate, round, by, digest, waive, comment } = statement;
  const details = [
    ...(waive?.length ? [`waived ${waive.join(', ')}`] : []),
    ...(comment ? [JSON.stringify(comment)] : []),
  ];
  return [
    `${time} ${workflow}: ${verdict} ${gate} round ${round} by ${by}`,
    signatureText(judged),
    digest,
    ...details,
  ].join('\n    ');
}

/** Prints the number of applicants; their names are in the export only. */
function judgementLine(judged: JudgedPeople): string {
  const { time, workflow, statement, people } = judged;
  const { verdict, by, digest } = statement;
  return [
    `${time} ${workflow}: ${verdict} of ${many(people, 'applicant')} by ${by}`,
    signatureText(judged),
    digest,
  ].join('\n    ');
}

function reportLine(judged: JudgedReport): string {
  const { time, workflow, statement } = judged;
  const { done, round, by, reason, value } = statement;
  const details = [JSON.stringify(reason), ...(value === null ? [] : [value])];
  return [`${time} ${workflow}: done ${done} round ${round} by ${by}`, signatureText(judged), ...details].join(
    '\n    ',
  );
}

function startLine(judged: JudgedStart): string {
  const { time, workflow, statement } = judged;
  const { by, from } = statement;
  const how = judged.counts || judged.wrong ? signatureText(judged) : `${CLAIM} (${judged.reason ?? ''})`;
  return [`${time} ${workflow}: started by ${by}${from === null ? '' : ` from ${from}`}`, how].join('\n    ');
}

const otherLine = ({ workflow, type, acts }: OtherWorkflow) => `${workflow} (${type}): ${many(acts, 'act')}`;

const CLAIM = 'NOT SIGNED, the name is only a claim';

const signatureText = ({ counts, key, reason }: Pick<Judged, 'counts' | 'key' | 'reason'>): string =>
  counts ? (key ?? CLAIM) : `does not count: ${reason ?? ''}`;

function render(result: Audit, flags: Flags): string {
  const { semester, digest, starts, verdicts, judgements, reports, actions, others, notCompared, problems } = result;
  const acted = actions.map(
    (w) =>
      `${w.enough ? '✓' : '✗'} ${w.time} ${w.name}: ${w.gate}, ${w.approvedBy.length} of ${w.needed} (${w.approvedBy.join(', ')})`,
  );
  const keys = flags.allowedSigners
    ? `Keys were trusted as ${flags.allowedSigners} lists them.`
    : 'Keys were trusted as the export lists them: compare the fingerprints, or give your own list with --allowed-signers.';
  return [
    `Semester ${semester}, export ${digest}`,
    ...(flags.digest === undefined ? ['Compare this digest with the closing report, or give that with --digest.'] : []),
    '',
    'Start',
    ...starts.map(startLine),
    '',
    'Verdicts',
    ...verdicts.map(verdictLine),
    '',
    ...(judgements.length > 0 ? ['Single applicants', ...judgements.map(judgementLine), ''] : []),
    ...(reports.length > 0 ? ['Work by hand', ...reports.map(reportLine), ''] : []),
    'What was done, and who had approved it',
    ...acted,
    '',
    ...(others.length > 0 ? ['Other workflows that acted meanwhile', ...others.map(otherLine), ''] : []),
    ...(notCompared.length > 0 ? ['Not compared with what was done', ...notCompared.map((one) => `– ${one}`), ''] : []),
    ...problems.map((problem) => `✗ ${problem}`),
    problems.length === 0
      ? `✓ ${notCompared.length > 0 ? 'Everything that the histories show' : 'Everything that was done'} had been approved. ${keys}`
      : `${many(problems.length, 'problem')}.`,
  ].join('\n');
}
