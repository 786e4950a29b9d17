import { many } from '../../domain/many.ts';
import { ConfigError, loadSemester, loadSite, type ConfigIssue, type SemesterOverrides } from '../../config/load.ts';
import { formatIssue } from '../../config/error.ts';
import { calendarOf, formatInstant } from '../../domain/calendar.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { Site } from '../../domain/site.ts';
import { EXIT } from '../exit.ts';
import { jsonText } from '../json.ts';

export interface CheckOptions {
  /** site.yaml */
  readonly site?: string | undefined;
  /** semester.yaml */
  readonly semester?: string | undefined;
  /** Flags that override semester.yaml. */
  readonly overrides?: SemesterOverrides | undefined;
  /** Who will start the semester; default: one of the approvers. Decides whether a quorum can be reached. */
  readonly by?: string | undefined;
  readonly json?: boolean | undefined;
  readonly now?: Date | undefined;
  readonly print?: ((text: string) => void) | undefined;
}

/**
 * `semester check`: validates the files, renders every template, and prints every error, or a summary with the calendar in the site's time zone.
 * Contacts no server. Returns the exit code: 0 valid, 2 invalid.
 */
export async function runCheck(options: CheckOptions): Promise<number> {
  const print = options.print ?? ((text: string) => process.stdout.write(`${text}\n`));
  const found = await loadFiles(options);
  const ok = found.issues.length === 0;
  const { site, semester } = found;
  const calendar = ok && site && semester ? calendarOf(semester, site.zone) : undefined;
  const code = ok ? EXIT.ok : EXIT.usage;
  if (options.json) {
    print(jsonText('check', { issues: found.issues, warnings: found.warnings, calendar: calendar ?? null }, { code }));
  } else if (!ok) {
    for (const issue of found.issues) print(formatIssue(issue));
    print(many(found.issues.length, 'error'));
  } else {
    for (const line of summary(site, semester, calendar)) print(line);
    for (const warning of found.warnings) print(`warning: ${warning}`);
  }
  return code;
}

interface Found {
  readonly site?: Site | undefined;
  readonly semester?: Semester | undefined;
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly string[];
}

async function loadFiles(options: CheckOptions): Promise<Found> {
  if (options.site === undefined && options.semester === undefined && options.overrides === undefined) {
    const place = { file: 'command line', line: null, column: null, key: '' };
    return {
      warnings: [],
      issues: [{ ...place, found: 'no file', expected: '--site FILE, --semester FILE, or both' }],
    };
  }
  const issues: ConfigIssue[] = [];
  const collect = (error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
    issues.push(...error.issues);
    return undefined;
  };
  const site =
    options.site === undefined
      ? undefined
      : await loadSite(options.site, { starter: options.by ?? null }).catch(collect);
  const withSemester = options.semester !== undefined || options.overrides !== undefined;
  const context = { now: options.now ?? new Date(), ...(site && { site }) };
  const semester = withSemester
    ? await loadSemester(options.semester ?? null, options.overrides, context).catch(collect)
    : undefined;
  const warnings: string[] = [];
  if (site) {
    const { fileIssues, missingYet } = await import('../../recovery/templates.ts');
    issues.push(...(await fileIssues(site)));
    warnings.push(...(await missingYet(site)));
  }
  return { site, semester, issues, warnings };
}

function summary(site: Site | undefined, semester: Semester | undefined, calendar: Calendar | undefined) {
  const lines: string[] = [];
  if (site) {
    const hosts = site.hosts.map((host) => host.name).join(' ');
    lines.push(`site ${site.name}: storage ${site.storage.name}, ${many(site.hosts.length, 'GPU server')} (${hosts})`);
    lines.push(`approvers ${site.approvers.map((approver) => approver.name).join(', ')}; wipe: ${site.quorum.wipe}`);
  }
  if (semester) lines.push(`semester ${semester.name}: ${semester.mode}, ${semester.order}`);
  if (site && semester && calendar) {
    const at = (instant: string) => formatInstant(instant, site.zone, site.language);
    lines.push(
      `  notice gate reminds from  ${at(calendar.noticeGateOpens)}`,
      ...calendar.notices.map((notice) => `  notice                    ${at(notice)}`),
      `  deadline                  ${at(calendar.deadline)}`,
      `  period of use             ${at(calendar.periodFrom)} – ${at(calendar.periodUntil)}`,
      `  applications until        ${at(calendar.applicationsUntil)}`,
    );
  }
  return [...lines, 'no errors'];
}
