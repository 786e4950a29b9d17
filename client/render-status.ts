import type { GateStatus, HostTable, Status, StepStatus, Waiting } from '../domain/status.ts';
import { noWorkerSentence } from './pollers.ts';
import { inReadersTime, readerOf, type Reader } from './reader.ts';
import { renderApprovals } from './approvals.ts';
import { LEFT_OUT, stuckSentence } from '../watch/runs.ts';
import type { FullReport, PendingActivity, Report } from './report.ts';

const MARKS: Readonly<Record<StepStatus['state'], string>> = {
  running: '…',
  done: '✓',
  attention: '!',
  skipped: '–',
  'by-hand': '✓',
  failed: '✗',
};

/** More names than a person types; the plan lists them. */
const MOST_NAMES = 20;

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];

function waitingLines(
  waiting: Pick<Waiting, 'key' | 'since' | 'commands'> & { sentence?: string },
  gates: readonly GateStatus[],
): string[] {
  const { key, since, sentence } = waiting;
  const { waivable = [] } = gates.find(({ gate, state }) => state === 'open' && key === `gate:${gate}`)?.plan ?? {};
  const names = waivable.length > 0 && waivable.length <= MOST_NAMES ? waivable.join(',') : 'NAMES';
  const commands = waiting.commands.map((command) => command.replace('--waive NAMES', `--waive ${names}`));
  return [`${key} (since ${since})${sentence ? `: ${sentence}` : ''}`, ...commands.map((command) => `    ${command}`)];
}

function gateLines({ gate, round, state, approvals, needed, plan, rejectedBy, signed }: GateStatus): string[] {
  const by = rejectedBy ? `, rejected by ${rejectedBy.by}${rejectedBy.comment ? `: ${rejectedBy.comment}` : ''}` : '';
  const count =
    plan && !plan.empty
      ? `, approvals ${renderApprovals(
          approvals.map((a) => (a.signed ? `${a.by} ${a.signed.key}` : `${a.by} unsigned`)),
          needed,
        )}`
      : '';
  const lines = [`${gate} round ${round}: ${state}${count}${by}`];
  if (plan && !plan.empty && (approvals.some((a) => !a.signed) || (state === 'open' && !signed)))
    lines.push('    verdicts need no signature on this site: a name is only a claim');
  if (state === 'open' && plan)
    lines.push(`    ${plan.headline}`, `    ${plan.digest}`, ...plan.warnings.map((w) => `    ! ${w}`));
  return lines;
}

function stepLine({ step, state, proof, reason, by, round }: StepStatus): string {
  const detail = reason ?? proof?.summary ?? '';
  return `${MARKS[state]} ${step}${round > 1 ? ` (round ${round})` : ''}${by ? ` by ${by}` : ''}${detail ? `: ${detail}` : ''}`;
}

function activityLines({ name, attempt, lastFailure, heartbeat, nextAttempt }: PendingActivity): string[] {
  const progress =
    heartbeat === null ? '' : `: ${typeof heartbeat === 'string' ? heartbeat : JSON.stringify(heartbeat)}`;
  const next = nextAttempt ? `, next at ${nextAttempt}` : '';
  const lines = [`${name}, attempt ${attempt}${next}${progress}`];
  if (lastFailure !== null) lines.push(`    last failure: ${lastFailure}`);
  return lines;
}

/** The hosts of an update by state. The update of a semester is its child, so its hosts are shown below the semester. */
function hostLines(hosts: HostTable | undefined): string[] {
  if (!hosts) return [];
  const { image, leader, counts, rows } = hosts;
  const sums = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
  const width = Math.max(...rows.map(({ host }) => host.length));
  const lines = rows.map(({ host, state, detail }) => `${host.padEnd(width)}  ${state}${detail ? `: ${detail}` : ''}`);
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const more = all > rows.length ? [`and ${all - rows.length} more`] : [];
  return section(`Hosts → ${image ?? 'an image that is not built yet'} of ${leader} (${sums.join(', ')})`, [
    ...lines,
    ...more,
  ]);
}

function statusLines(status: Status): string[] {
  const refused = status.refused.slice(-5).map((m) => `${m.at} ${m.message} by ${m.by}: ${m.reason}`);
  return [
    ...section(
      'Waits for people',
      status.waitingFor.flatMap((one) => waitingLines(one, status.gates)),
    ),
    ...section('Gates', status.gates.flatMap(gateLines)),
    ...section('Steps', status.steps.map(stepLine)),
    ...hostLines(status.hosts),
    ...section('Rejected messages', refused),
    ...section('Next', status.next ? [`${status.next.at} ${status.next.what}`] : []),
    ...section(
      'Logins are still closed after the abort',
      (status.locked ?? []).map((host) => `${host}: semester host open ${host}`),
    ),
    ...section('Excluded hosts (semester host include HOST)', status.excluded ?? []),
    ...section('Exempt accounts', status.kept),
  ];
}

/** What the workflow waited for, from its memo, which is readable while no worker runs. */
function memoLines(memo: Report['memo']): string[] {
  const waiting = Array.isArray(memo['waitingFor'])
    ? (memo['waitingFor'] as Pick<Waiting, 'key' | 'since' | 'commands'>[])
    : [];
  return section(
    'Waited for when a worker last ran',
    waiting.flatMap((one) => waitingLines(one, [])),
  );
}

const stuckLines = (workflowId: string, stuck: NonNullable<Report['stuck']>): string[] =>
  section('STUCK', [
    stuckSentence(workflowId, stuck),
    ...(stuck.cause === LEFT_OUT
      ? ['What to do: docs/upgrading.md, "A run does not replay"']
      : [`    semester repair ${workflowId}`, 'What to do: docs/at-3am.md, "A run is stuck"']),
  ]);

const versionLines = ({ started, last }: Report['versions']): string[] =>
  last === null ? [] : [`started with version ${started ?? 'unknown'}, last worked on with version ${last}`];

function reportLines(report: Report, depth: number): string[] {
  const { workflowId, state, status, memo, stuck, activities, children, startedAt, closedAt, versions } = report;
  const phase = status?.phase ?? (typeof memo['phase'] === 'string' ? memo['phase'] : null);
  const title = `${workflowId}: ${phase ? `${phase}, ` : ''}${state.toLowerCase()}${status?.paused ? ', paused' : ''}`;
  const times = closedAt === null ? `since ${startedAt}` : `${startedAt} to ${closedAt}`;
  return [
    ...(depth > 0 ? ['', '─'.repeat(60)] : []),
    `${title} (${times})`,
    ...versionLines(versions),
    ...(stuck ? stuckLines(workflowId, stuck) : []),
    ...(status ? statusLines(status) : memoLines(memo)),
    ...section('At work', activities.flatMap(activityLines)),
    ...children.flatMap((child) => reportLines(child, depth + 1)),
  ];
}

/** Renders a report as text: first what the workflow waits for and what to type. */
export function renderReport(report: FullReport, env?: Readonly<Record<string, string | undefined>>): string {
  const lines = reportLines(report, 0);
  if (!report.worker.polling) lines.unshift(noWorkerSentence(report.worker), '');
  const reader = readerOfRun(report, env);
  if (!reader.namesZone) lines.push('', `Times: ${reader.zone}`);
  return inReadersTime(lines.join('\n'), reader);
}

/** Who reads about a run: in the zone of its site. */
export const readerOfRun = (report: Report, env?: Readonly<Record<string, string | undefined>>): Reader =>
  readerOf(siteOf(report), env);

/** Zone and language of the site: from the status, else from the memo, which is readable while no worker runs. */
function siteOf({ status, memo }: Report): Parameters<typeof readerOf>[0] {
  const { zone, language } = memo;
  return (
    status ?? {
      ...(typeof zone === 'string' && { zone }),
      ...((language === 'ko' || language === 'en') && { language }),
    }
  );
}
