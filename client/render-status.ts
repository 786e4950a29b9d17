import type { GateStatus, HostState, HostTable, Status, StepStatus, Waiting } from '../domain/status.ts';
import { noWorkerSentence } from './pollers.ts';
import { inReadersTime, readerOf, type Reader, type Texts } from './reader.ts';
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
  { say, recorded }: Texts,
  waiting: Pick<Waiting, 'key' | 'since' | 'commands'> & { sentence?: string },
  gates: readonly GateStatus[],
): string[] {
  const { key, since, sentence } = waiting;
  const { waivable = [] } = gates.find(({ gate, state }) => state === 'open' && key === `gate:${gate}`)?.plan ?? {};
  const names = waivable.length > 0 && waivable.length <= MOST_NAMES ? waivable.join(',') : 'NAMES';
  const commands = waiting.commands.map((command) => command.replace('--waive NAMES', `--waive ${names}`));
  const said = sentence ? `: ${recorded(sentence)}` : '';
  return [`${key} (${say('status.since', { at: since })})${said}`, ...commands.map((command) => `    ${command}`)];
}

function gateLines({ say }: Texts, one: GateStatus): string[] {
  const { gate, round, state, approvals, needed, plan, rejectedBy, signed } = one;
  const names = approvals.map((a) =>
    a.signed ? `${a.by} ${a.signed.key}` : say('status.gate.unsigned', { by: a.by }),
  );
  const count =
    plan && !plan.empty
      ? say('status.gate.approvals', { count: approvals.length, needed, names: names.join(', ') || null })
      : null;
  const line = say('status.gate.line', {
    gate,
    round,
    state: say(`status.gate.state.${state}`),
    approvals: count,
    by: rejectedBy?.by ?? null,
    comment: rejectedBy?.comment || null,
  });
  const lines = [line];
  if (plan && !plan.empty && (approvals.some((a) => !a.signed) || (state === 'open' && !signed)))
    lines.push(`    ${say('status.gate.claims')}`);
  if (state === 'open' && plan)
    lines.push(`    ${plan.headline}`, `    ${plan.digest}`, ...plan.warnings.map((w) => `    ! ${w}`));
  return lines;
}

function stepLine({ say, recorded }: Texts, { step, state, proof, reason, by, round }: StepStatus): string {
  const detail = recorded(reason ?? proof?.summary ?? '');
  const again = round > 1 ? ` ${say('status.step.round', { round })}` : '';
  const who = by ? ` ${say('status.step.by', { by })}` : '';
  return `${MARKS[state]} ${step}${again}${who}${detail ? `: ${detail}` : ''}`;
}

function activityLines({ say }: Texts, one: PendingActivity): string[] {
  const { name, attempt, lastFailure, heartbeat, nextAttempt: next } = one;
  const progress = heartbeat === null ? null : typeof heartbeat === 'string' ? heartbeat : JSON.stringify(heartbeat);
  const lines = [say('status.activity.attempt', { name, attempt, next, progress })];
  if (lastFailure !== null) lines.push(`    ${say('status.activity.failure', { why: lastFailure })}`);
  return lines;
}

/** The hosts of an update by state. The update of a semester is its child, so its hosts are shown below the semester. */
function hostLines({ say, recorded }: Texts, hosts: HostTable | undefined): string[] {
  if (!hosts) return [];
  const { image, leader, counts, rows } = hosts;
  const sums = Object.entries(counts).map(([state, count]) => `${count} ${say(`status.host.${state as HostState}`)}`);
  const width = Math.max(...rows.map(({ host }) => host.length));
  const lines = rows.map(
    ({ host, state, detail }) =>
      `${host.padEnd(width)}  ${say(`status.host.${state}`)}${detail ? `: ${recorded(detail)}` : ''}`,
  );
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const more = all > rows.length ? [say('status.more', { count: all - rows.length })] : [];
  return section(say('status.hosts', { image, leader, sums: sums.join(', ') }), [...lines, ...more]);
}

function statusLines(texts: Texts, status: Status): string[] {
  const { say, recorded } = texts;
  const refused = status.refused
    .slice(-5)
    .map(({ at, message, by, reason }) => say('status.message', { at, message, by, reason: recorded(reason) }));
  return [
    ...section(
      say('status.waits'),
      status.waitingFor.flatMap((one) => waitingLines(texts, one, status.gates)),
    ),
    ...section(
      say('status.gates'),
      status.gates.flatMap((one) => gateLines(texts, one)),
    ),
    ...section(
      say('status.steps'),
      status.steps.map((one) => stepLine(texts, one)),
    ),
    ...hostLines(texts, status.hosts),
    ...section(say('status.rejected'), refused),
    ...section(say('status.next'), status.next ? [`${status.next.at} ${recorded(status.next.what)}`] : []),
    ...section(
      say('status.locked'),
      (status.locked ?? []).map((host) => `${host}: semester host open ${host}`),
    ),
    ...section(say('status.excluded'), status.excluded ?? []),
    ...section(say('status.exempt'), status.kept),
  ];
}

/** What the workflow waited for, from its memo, which is readable while no worker runs. */
function memoLines(texts: Texts, memo: Report['memo']): string[] {
  const waiting = Array.isArray(memo['waitingFor'])
    ? (memo['waitingFor'] as Pick<Waiting, 'key' | 'since' | 'commands'>[])
    : [];
  return section(
    texts.say('status.memo'),
    waiting.flatMap((one) => waitingLines(texts, one, [])),
  );
}

function stuckLines({ say, recorded }: Texts, workflowId: string, stuck: NonNullable<Report['stuck']>): string[] {
  const todo = (where: string) => say('status.whatToDo', { where });
  return section(say('status.stuck'), [
    recorded(stuckSentence(workflowId, stuck)),
    ...(stuck.cause === LEFT_OUT
      ? [todo('docs/upgrading.md, "A run does not replay"')]
      : [`    semester repair ${workflowId}`, todo('docs/at-3am.md, "A run is stuck"')]),
  ]);
}

function reportLines(texts: Texts, report: Report, depth: number): string[] {
  const { say } = texts;
  const { workflowId, state, status, memo, stuck, activities, children, startedAt, closedAt, versions } = report;
  const phase = status?.phase ?? (typeof memo['phase'] === 'string' ? memo['phase'] : null);
  const words = [phase, isRunState(state) ? say(`status.run.${state}`) : state.toLowerCase()];
  const title = [...words, status?.paused ? say('status.paused') : null].filter(Boolean).join(', ');
  const times =
    closedAt === null ? say('status.since', { at: startedAt }) : say('status.span', { from: startedAt, to: closedAt });
  const { started, last } = versions;
  return [
    ...(depth > 0 ? ['', '─'.repeat(60)] : []),
    `${workflowId}: ${title} (${times})`,
    ...(last === null ? [] : [say('status.versions', { started, last })]),
    ...(stuck ? stuckLines(texts, workflowId, stuck) : []),
    ...(status ? statusLines(texts, status) : memoLines(texts, memo)),
    ...section(
      say('status.working'),
      activities.flatMap((one) => activityLines(texts, one)),
    ),
    ...children.flatMap((child) => reportLines(texts, child, depth + 1)),
  ];
}

const RUN_STATES = [
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELED',
  'TERMINATED',
  'TIMED_OUT',
  'CONTINUED_AS_NEW',
] as const;
const isRunState = (state: string): state is (typeof RUN_STATES)[number] => RUN_STATES.some((one) => one === state);

/** Renders a report as text: first what the workflow waits for and what to type. */
export function renderReport(
  report: FullReport,
  texts: Texts,
  env?: Readonly<Record<string, string | undefined>>,
): string {
  const lines = reportLines(texts, report, 0);
  if (!report.worker.polling) lines.unshift(texts.recorded(noWorkerSentence(report.worker)), '');
  const reader = readerOfRun(report, env);
  if (!reader.namesZone) lines.push('', texts.say('status.times', { zone: reader.zone }));
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
