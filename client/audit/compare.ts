import { accountKey } from '../../domain/applicant.ts';
import { many } from '../../domain/many.ts';
import { activitiesIn, attributesOf, type AuditExport, type Execution } from '../../signing/export-format.ts';
import type { Run } from './actions.ts';
import type { Found, FoundAct, FoundDecision, FoundGroup, FoundJob, FoundLedger } from './found.ts';

/** A workflow that the file does not hold, and that acted meanwhile. Its histories were audited like those of the file. */
export interface OtherWorkflow {
  readonly workflow: string;
  readonly type: string;
  readonly acts: number;
}

interface Compared {
  readonly problems: readonly string[];
  readonly others: readonly OtherWorkflow[];
  /** What could not be compared, beside what could not be read. */
  readonly gaps: readonly string[];
}

/** Clocks of the worker, the hosts and Temporal may differ by this. */
const CLOCKS_MS = 120_000;

/** The workflows of the service. */
const TYPES: ReadonlySet<string> = new Set([
  'applications',
  'docker',
  'exclude',
  'fleetUpdate',
  'host',
  'hostUpdate',
  'include',
  'inspect',
  'prepareHosts',
  'publish',
  'restore',
  'restoreDocker',
  'rollback',
  'semester',
  'site',
]);

/** When the audited semester began, UTC. What happened before is not its own. */
export const beginOf = ({ executions, workflow }: AuditExport): string =>
  executions.find((one) => one.workflow === workflow)?.events[0]?.eventTime ?? '';

/** The workflows whose histories the file lacks: they are not in it, or acted after the export. */
export function workflowsToFetch(exported: AuditExport, acts: readonly FoundAct[]): readonly string[] {
  const present = new Set(exported.executions.map(({ workflow }) => workflow));
  const lacking = acts.filter(
    ({ at, workflow }) =>
      workflow !== '' &&
      at >= beginOf(exported) &&
      (!present.has(workflow) || Date.parse(at) > Date.parse(exported.at)),
  );
  return [...new Set(lacking.map(({ workflow }) => workflow))].toSorted();
}

/** The plans that name people: the newest removal that was done, and the approved lists of applicants. */
export function plansOf(exported: AuditExport): { readonly removal: string | null; readonly lists: readonly string[] } {
  const plansIn = (activity: string) =>
    callsIn(exported.executions).flatMap(({ name, input: { plan } }) =>
      name === activity && typeof plan === 'string' ? [plan] : [],
    );
  return { removal: plansIn('removeMembers').at(-1) ?? null, lists: plansIn('approveListed') };
}

/** Compares what was done with the histories, whose approvals are traced elsewhere. */
export function compareFound(
  found: Found,
  exported: AuditExport,
  all: readonly Run[],
  executions: readonly Execution[],
): Compared {
  const begin = Date.parse(beginOf(exported));
  const since = <T extends { readonly at: string }>(list: readonly T[]) =>
    list.filter(({ at }) => Date.parse(at) >= begin - CLOCKS_MS);
  const acts = since(found.acts);
  const calls = callsIn(executions);
  const { ledger, group } = found;
  const later = laterRemoval(acts, exported);
  return {
    problems: [
      ...strayActs(acts, calls),
      ...strayJobs(since(found.jobs), calls),
      ...strangers(acts, executions),
      ...(ledger ? [...strayMails(since(ledger.mails), acts), ...strayDecisions(ledger, all)] : []),
      ...(ledger && group && later === null ? strayMembers(group, ledger, calls) : []),
    ],
    others: othersIn(acts, exported, executions),
    gaps: gapsOf(group, ledger, later),
  };
}

function gapsOf(group: FoundGroup | null, ledger: FoundLedger | null, later: string | null): readonly string[] {
  if (!group) return [];
  if (!ledger) return [`the group ${group.group}: who stays, and who was accepted, is in the ledger's store`];
  return later === null ? [] : [`the group ${group.group}: ${later} has emptied it since. Audit that semester`];
}

interface Call {
  readonly workflow: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly done: boolean;
  readonly from: number;
  readonly until: number;
}

const callsIn = (executions: readonly Execution[]): readonly Call[] =>
  executions.flatMap(({ workflow, events }) =>
    activitiesIn(events).map(({ name, input, completedAt, from, until }) => ({
      workflow,
      name,
      input,
      done: completedAt !== Infinity,
      from: Date.parse(from) - CLOCKS_MS,
      until: until === null ? Infinity : Date.parse(until) + CLOCKS_MS,
    })),
  );

const covers = ({ from, until }: Call, { at }: { readonly at: string }): boolean =>
  from <= Date.parse(at) && Date.parse(at) <= until;

function groupBy<T>(list: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const one of list) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}

/** Acts of the journals that no history shows. */
function strayActs(acts: readonly FoundAct[], calls: readonly Call[]): readonly string[] {
  const known = groupBy(calls, ({ workflow, name }) => `${workflow} ${name}`);
  const stray = acts.filter(
    (act) =>
      !(known.get(`${act.workflow} ${act.activity}`) ?? []).some(
        (call) => covers(call, act) && (act.host === undefined || call.input['host'] === act.host),
      ),
  );
  return [
    ...groupBy(stray, ({ workflow, activity, host = '' }) => JSON.stringify([workflow, activity, host])).values(),
  ].map((list) => {
    const [{ at, activity, host, workflow }] = list;
    const where = host === undefined ? '' : ` on ${host}`;
    const times = list.length > 1 ? `, ${list.length} times until ${list.at(-1)!.at}` : '';
    return `the journals hold ${activity}${where} by ${workflow || 'no workflow'} at ${at}${times}, and no history shows it`;
  });
}

/** Records of jobs that no step names. */
function strayJobs(jobs: readonly FoundJob[], calls: readonly Call[]): readonly string[] {
  const known = groupBy(calls, ({ input }) => String((input['ref'] as { workflow?: unknown } | undefined)?.workflow));
  return jobs
    .filter((job) => !isOfTrash(job) && !(known.get(job.workflow) ?? []).some((call) => covers(call, job)))
    .map(
      ({ host, unit, workflow, at }) =>
        `${host}: the job ${unit} of ${workflow || 'no workflow'} started at ${at}, and no step of a history names it`,
    );
}

/** Each worker empties the trash by itself, by the plans in the store. */
const isOfTrash = ({ workflow }: FoundJob): boolean => workflow.startsWith('trash/');

/** Workflows that acted and are none of the service. */
function strangers(acts: readonly FoundAct[], executions: readonly Execution[]): readonly string[] {
  const acted = new Set(acts.map(({ workflow }) => workflow));
  const found = executions.flatMap((one) => {
    const type = typeOf(one);
    return acted.has(one.workflow) && !TYPES.has(type)
      ? [`${one.workflow} acted, and is of the type ${JSON.stringify(type)}, which the service does not have`]
      : [];
  });
  return [...new Set(found)];
}

function typeOf({ events: [first] }: Execution): string {
  const started = first && attributesOf(first, 'workflowExecutionStarted');
  return String((started?.['workflowType'] as { name?: string } | undefined)?.name);
}

function othersIn(
  acts: readonly FoundAct[],
  exported: AuditExport,
  executions: readonly Execution[],
): readonly OtherWorkflow[] {
  const own = new Set(exported.executions.map(({ workflow }) => workflow));
  const others = groupBy(
    acts.filter(({ workflow }) => !own.has(workflow)),
    ({ workflow }) => workflow,
  );
  return [...others].map(([workflow, list]) => {
    const execution = executions.find((one) => one.workflow === workflow);
    return { workflow, type: execution ? typeOf(execution) : 'unknown', acts: list.length };
  });
}

/** Mails of the ledger that no act announced. */
function strayMails(mails: FoundLedger['mails'], acts: readonly FoundAct[]): readonly string[] {
  const announced = new Set(acts.flatMap((act) => act.mails ?? []));
  const stray = mails.filter(({ mark }) => !announced.has(mark));
  return [...groupBy(stray, ({ semester, kind }) => `${semester} ${kind}`).values()].map((list) => {
    const [{ semester, kind, at }] = list;
    return `the ledger holds ${many(list.length, 'mail')} ${kind} of ${semester} since ${at}, and no journal holds the act that sent ${list.length === 1 ? 'it' : 'them'}`;
  });
}

/** Decisions about applicants that no approver sent, and rejections that nobody decided. */
function strayDecisions({ decisions, lists, mails }: FoundLedger, all: readonly Run[]): readonly string[] {
  const carried = all.flatMap(({ facts }) => facts.carried.map(({ value }) => value.judgement));
  const isSent = ({ user, verdict, said }: FoundDecision) =>
    carried.some(
      (one) => one.verdict === verdict && one.at === said && one.users.some((name) => accountKey(name) === user),
    ) ||
    (verdict === 'approve' && Object.values(lists).some((users) => users.some((name) => accountKey(name) === user)));
  const rejected = new Set(decisions.filter(({ verdict }) => verdict === 'reject').map(({ user }) => user));
  const told = new Set(mails.filter(({ kind }) => kind === 'rejected').map(({ person }) => person));
  return [
    ...decisions
      .filter((decision) => !isSent(decision))
      .map(
        ({ user, verdict, by }) =>
          `the store holds: ${verdict} ${user}, by ${by.join(', ')}; no message of an approver says so`,
      ),
    ...[...told]
      .filter((user) => !rejected.has(user) && !decisions.some((one) => one.user === user))
      .map((user) => `${user} was told of a rejection, and nobody decided it`),
  ];
}

/** The semester that has removed the members since; null: none has. */
function laterRemoval(acts: readonly FoundAct[], exported: AuditExport): string | null {
  const own = new Set(exported.executions.map(({ workflow }) => workflow));
  const later = acts.find(
    ({ activity, workflow, at }) =>
      activity === 'removeMembers' && (!own.has(workflow) || Date.parse(at) > Date.parse(exported.at)),
  );
  return later?.workflow ?? null;
}

/** Who joined or left the group without a plan, an acceptance or an exemption. */
function strayMembers(
  { group, members, implied, exempt }: FoundGroup,
  { staying, mails }: FoundLedger,
  calls: readonly Call[],
): readonly string[] {
  const keys = (names: readonly string[]) => new Set(names.map(accountKey));
  const kept = calls.filter(({ name }) => name === 'proveLockout').flatMap(({ input }) => usersIn(input['keep']));
  const accepted = calls
    .filter(({ name, done }) => done && name === 'acceptApplicants')
    .flatMap(({ input }) => usersIn(input['users']));
  const told = mails.filter(({ kind }) => kind === 'accepted').map(({ person }) => person);
  const permitted = keys([...(staying ?? []), ...exempt, ...kept, ...accepted, ...told]);
  const present = keys([...members, ...implied]);
  return [
    ...members
      .filter((name) => !permitted.has(accountKey(name)))
      .map(
        (name) => `${name} is in the group ${group}: no plan keeps them there, and this semester did not accept them`,
      ),
    ...[...new Set([...(staying ?? []), ...told])]
      .filter((name) => !present.has(accountKey(name)))
      .map((name) => `${name} is not in the group ${group} any more, and no plan removed them`),
  ];
}

const usersIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.flatMap(({ user }: { user?: unknown }) => (typeof user === 'string' ? [user] : [])) : [];
