import { canonicalText, digestOf } from '../../domain/digest.ts';
import { childrenIn, type AuditExport, type Execution } from '../../signing/export-format.ts';
import { hostsWithout, traceActions, type Run, type TracedAction } from './actions.ts';
import { compareFound, type OtherWorkflow } from './compare.ts';
import { factsOf } from './facts.ts';
import { NOT_COMPARED, type Found } from './found.ts';
import { judgeReports, type JudgedReport } from './hand-reports.ts';
import { checkJudgements, type JudgedPeople } from './judgements.ts';
import { judgeStarts, type JudgedStart } from './starts.ts';
import { checksWithoutMessage, judgeVerdicts, type Judged, type Signers } from './verdicts.ts';

/** The result of an audit. It passes if `problems` is empty. */
export interface Audit {
  readonly semester: string;
  /** Digest of the file's content, to compare with the closing report. */
  readonly digest: string;
  /** Who started it. */
  readonly starts: readonly JudgedStart[];
  readonly verdicts: readonly Judged[];
  /** About single applicants. */
  readonly judgements: readonly JudgedPeople[];
  /** Of work by hand. */
  readonly reports: readonly JudgedReport[];
  readonly actions: readonly TracedAction[];
  /** Workflows that acted meanwhile, audited with the file. */
  readonly others: readonly OtherWorkflow[];
  /** What was not compared with what was done, and how to give access. */
  readonly notCompared: readonly string[];
  readonly problems: readonly string[];
}

export interface AuditOptions {
  /** What was done, as hosts, ID server and store show it; absent: the audit reads the file alone. */
  readonly found?: Found | undefined;
  /** The auditor's own allowed_signers text, which replaces the one in the export. */
  readonly allowedSigners?: string | undefined;
  /** The digest that the closing report named. */
  readonly expected?: string | undefined;
}

/**
 * Verifies a finished semester. Rebuilds the statements from the messages in the histories, verifies the signatures with
 * ssh-keygen, traces every action to enough approvals of its plan, and every judgement of applicants to its sender. With `found`
 * compares what was done with the histories, so that it sees acts that no history shows.
 */
export async function audit(exported: AuditExport, options: AuditOptions = {}): Promise<Audit> {
  const { digest: claimed, ...content } = exported;
  const digest = digestOf(content);
  const problems: string[] = [];
  if (digest !== claimed)
    problems.push(`the file was changed: its content has the digest ${digest}, but it claims ${claimed}`);
  if (options.expected !== undefined && options.expected !== digest)
    problems.push(
      `the digest is ${digest}, but the report names ${options.expected}: this is not the file of the report`,
    );
  const { executions, differing } = joined(exported, options.found);
  const known = { ...exported, executions };
  problems.push(...gaps(known), ...differing, ...missing(known));
  const listed = [...exported.allowedSigners, ...(options.found?.allowedSigners ?? [])];
  for (const { digest: name, text } of listed) {
    const real = digestOf({ allowedSigners: text });
    if (real !== name) problems.push(`allowed signers: the content of ${name} has ${real}`);
  }
  const texts = new Map(listed.map(({ digest: name, text }) => [name, text]));
  const signers: Signers = (name) => options.allowedSigners ?? texts.get(name);

  const verdicts: Judged[] = [];
  const actions: TracedAction[] = [];
  const all: Run[] = [];
  const found = executions.map(factsOf);
  for (const facts of found) {
    const judged = await judgeVerdicts(facts, signers);
    const reports = await judgeReports(facts, found, signers);
    all.push({ facts, judged, reports, starts: await judgeStarts(facts, signers) });
  }
  problems.push(
    ...hostsWithout(all).map((workflow) => `the history of ${workflow}, which received deferred tasks, is missing`),
  );
  for (const run of all) {
    const { facts, judged, reports, starts } = run;
    const warranted = traceActions(run, all);
    verdicts.push(...judged);
    actions.push(...warranted);
    const where = facts.workflow;
    problems.push(
      ...judged
        .filter((j) => j.wrong)
        .map((j) => `${where}: ${j.statement.verdict} of ${j.statement.gate} by ${j.statement.by}: ${j.reason}`),
      ...starts.filter((s) => s.wrong).map((s) => `${where}: start by ${s.statement.by}: ${s.reason}`),
      ...reports
        .filter((r) => !r.counts)
        .map((r) => `${where}: report of ${r.statement.done} by ${r.statement.by}: ${r.reason}`),
      ...checksWithoutMessage(facts, judged).map(
        ({ time, value }) =>
          `${where}: at ${time} a signature by ${value.statement.by} counted, but no message contains it`,
      ),
      ...warranted
        .filter((w) => w.notWaived.length > 0)
        .map(
          (w) =>
            `${where}: ${w.name} at ${w.time} waived ${w.notWaived.join(', ')}, whom no approval of its plan waives`,
        ),
      ...facts.unknown.map(({ time, value }) => `${where}: unknown acting activity ${value} at ${time}`),
      ...warranted
        .filter((w) => !w.enough)
        .map(
          (w) =>
            `${where}: ${w.name} at ${w.time} acted on ${w.digest} with ${w.approvedBy.length} of ${w.needed} approvals${w.reason ? `: ${w.reason}` : ''}`,
        ),
    );
  }
  const { judgements, problems: ofJudgements } = await checkJudgements(found, signers);
  problems.push(...ofJudgements);
  const compared = options.found && compareFound(options.found, exported, all, executions);
  problems.push(...(compared?.problems ?? []));
  const inTime = <T extends { readonly time: string }>(list: readonly T[]) =>
    list.toSorted((a, b) => a.time.localeCompare(b.time));
  return {
    semester: exported.semester,
    digest,
    problems,
    others: compared?.others ?? [],
    notCompared: options.found && compared ? [...options.found.gaps, ...compared.gaps] : NOT_COMPARED,
    starts: inTime(all.flatMap((run) => run.starts)),
    verdicts: inTime(verdicts),
    judgements: inTime(judgements),
    reports: inTime(all.flatMap((run) => run.reports)),
    actions: inTime(actions),
  };
}

/**
 * The histories of the file and those that were fetched. A run that is in both must begin alike; the longer one counts,
 * because a run goes on after the export.
 */
function joined(
  { executions }: AuditExport,
  found: Found | undefined,
): { readonly executions: readonly Execution[]; readonly differing: readonly string[] } {
  const runs = new Map(executions.map((one) => [one.run, one]));
  const differing: string[] = [];
  for (const fetched of found?.executions ?? []) {
    const known = runs.get(fetched.run);
    const length = Math.min(known?.events.length ?? 0, fetched.events.length);
    const part = (one: Execution) => canonicalText(one.events.slice(0, length));
    if (known && part(known) !== part(fetched))
      differing.push(`${fetched.workflow} (run ${fetched.run}): the file and Temporal hold different histories`);
    if (!known || fetched.events.length > known.events.length) runs.set(fetched.run, fetched);
  }
  return { executions: [...runs.values()], differing };
}

/** Finds removed events: Temporal numbers events from 1 without gaps. */
function gaps({ executions }: AuditExport): readonly string[] {
  return executions.flatMap(({ workflow, run, events }) => {
    const at = events.findIndex(({ eventId }, index) => Number(eventId) !== index + 1);
    const where = `${workflow} (run ${run})`;
    if (events.length === 0) return [`${where} has no events`];
    return at < 0 ? [] : [`${where} lacks event ${at + 1}: ${events[at]?.eventId} stands in its place`];
  });
}

/** Finds missing histories: every child that a history starts must be in the file. */
function missing({ executions, workflow }: AuditExport): readonly string[] {
  const present = new Set(executions.map((one) => `${one.workflow} ${one.run}`));
  const wanted = executions.flatMap(({ events }) => childrenIn(events));
  const lacking = wanted.filter((child) => !present.has(`${child.workflow} ${child.run}`));
  const root = executions.some((one) => one.workflow === workflow) ? [] : [`the history of ${workflow} is missing`];
  return [...root, ...lacking.map((child) => `the history of ${child.workflow} (run ${child.run}) is missing`)];
}
