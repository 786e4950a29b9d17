import { AUTHORITY } from '../../activities/contract.ts';
import type { Authority } from '../../domain/authority.ts';
import type { DeferredTask } from '../../domain/deferred.ts';
import type { Gate } from '../../domain/gates/index.ts';
import { shapeRefusal } from '../../domain/message-shapes.ts';
import { applicantVerdictRefusal, type ApplicantVerdict } from '../../domain/judgement.ts';
import type { Decision } from '../../domain/messages.ts';
import type { Phase } from '../../domain/names.ts';
import type { Planned, PlanRef } from '../../domain/plan.ts';
import type { SignedStart } from '../../domain/semester.ts';
import type { SiteView } from '../../domain/site.ts';
import type { SignedWith, Statement } from '../../domain/statement.ts';
import {
  activitiesIn,
  attributesOf,
  childrenIn,
  firstValue,
  type ActivityCall,
  type Execution,
  type HistoryEvent,
} from '../../signing/export-format.ts';

/** A value from a history, with its position. */
export interface Placed<T> {
  readonly at: number;
  /** UTC, when it happened. */
  readonly time: string;
  readonly value: T;
}

/** A signature that the service reports as checked. */
export interface Check {
  readonly statement: Statement;
  readonly signature: string;
  readonly signed: SignedWith;
}

/** A judgement that the service reports as carried out. */
export interface Carried {
  readonly judgement: ApplicantVerdict;
  /** Null: it was not signed. */
  readonly signed: SignedWith | null;
  /** Position of the call. The site was read before it. */
  readonly calledAt: number;
}

/** A change after a gate: an activity that declares `acts`, or a child workflow that performs it. */
export interface Action {
  readonly name: string;
  /** At least one of these gates had to be approved. */
  readonly gates: readonly Gate[];
  /** Digest of the plan in its arguments; null if there is none, then the gate's newest plan counts. */
  readonly digest: string | null;
  /** The names in its arguments that are waived. */
  readonly waived: readonly string[];
  /** The host in its arguments, which the activity `by` must have returned from the plan. */
  readonly listed?: { readonly host: string; readonly by: string } | null;
  /** Why it needs no approval in this run. */
  readonly earlier?: string | null;
  /** Set for a follower's update within a semester, where the canary boots before gate `rollout`. */
  readonly follower?: { readonly host: string; readonly leader: string } | null;
  /** Name of the image that it brings. */
  readonly image?: string | null;
}

/** A task that a workflow handed to `host/<host>`. */
export interface Deferral {
  readonly host: string;
  readonly task: DeferredTask;
}

/** What a person reported with `done`. */
interface Done {
  readonly step: string;
  readonly by: string;
  readonly reason: string;
  readonly value: string | null;
  readonly signature: string | null;
}

/** A report at a hand gate that the service accepted. */
export interface HandReport extends Done {
  readonly round: number;
  /** Null: it was not signed, or the service did not record the key. */
  readonly signed: SignedWith | null;
  /** Position of the call. The site was read before it. */
  readonly calledAt: number;
}

/** The start of a semester as the service recorded it. */
export interface Start {
  readonly by: string;
  readonly from: Phase | null;
  readonly sent: SignedStart | null;
  /** Whether the service counted it as signed. */
  readonly counted: boolean;
  /** Null: it was not signed, or the service did not record the key. */
  readonly signed: SignedWith | null;
  /** Position of the call. The input of the run was read before it. */
  readonly calledAt: number;
}

/** The facts in one run's history, not yet judged. */
export interface Facts {
  readonly workflow: string;
  readonly run: string;
  /** Run id of the first run, which statements name. */
  readonly firstRun: string;
  readonly startedBy: string;
  /** What the person sent who started it. */
  readonly startedWith: Pick<Start, 'by' | 'from' | 'sent'>;
  readonly starts: readonly Placed<Start>[];
  readonly sites: readonly Placed<SiteView>[];
  readonly plans: readonly Placed<PlanRef>[];
  readonly messages: readonly Placed<Decision>[];
  readonly checks: readonly Placed<Check>[];
  /** Messages about single applicants, and those that the service carried out. */
  readonly judgements: readonly Placed<ApplicantVerdict>[];
  readonly carried: readonly Placed<Carried>[];
  readonly actions: readonly Placed<Action>[];
  /** Activities without a declared authority. */
  readonly unknown: readonly Placed<string>[];
  readonly calls: readonly ActivityCall[];
  readonly done: readonly Placed<Done>[];
  /** Those of them that the service accepted at hand gates. */
  readonly reports: readonly Placed<HandReport>[];
  /** Tasks that this run deferred to hosts. */
  readonly deferrals: readonly Placed<Deferral>[];
  /** Tasks that this run of `host/<host>` received. */
  readonly tasks: readonly DeferredTask[];
  /** Children that it started, by their first run. */
  readonly children: readonly { readonly workflow: string; readonly run: string }[];
}

/** Reads the facts from the events: messages of people, results of activities, started children. */
export function factsOf({ workflow, run, events }: Execution): Facts {
  const placed = <T>(at: number, value: T): Placed<T> => ({ at, time: events[at]?.eventTime ?? '', value });
  const calls = activitiesIn(events);
  const done = calls.filter(({ completedAt }) => completedAt !== Infinity);
  const [first] = events;
  const started = (first && attributesOf(first, 'workflowExecutionStarted')) ?? {};
  const firstRun = started['firstExecutionRunId'];
  const input = (firstValue(started['input']) ?? {}) as {
    startedBy?: string;
    from?: Phase;
    signed?: SignedStart;
    deferred?: readonly DeferredTask[];
  };
  const { from = null, deferred = [] } = input;
  return {
    workflow,
    run,
    firstRun: typeof firstRun === 'string' ? firstRun : run,
    startedBy: input.startedBy ?? '',
    startedWith: { by: input.startedBy ?? '', from: input.from ?? null, sent: input.signed ?? null },
    starts: done
      .filter(({ name }) => name === 'passStart')
      .map(({ input: given, result, scheduledAt, completedAt }) => {
        const {
          startedBy,
          from: phase,
          signed: sent,
        } = given as { startedBy: string; from: Phase | null; signed: SignedStart | null };
        const { signed: counted = false, signedWith = null } =
          (result as { facts?: { signed?: boolean; signedWith?: SignedWith | null } } | null)?.facts ?? {};
        return placed(completedAt, {
          by: startedBy,
          from: phase,
          sent,
          counted,
          signed: signedWith,
          calledAt: scheduledAt,
        });
      }),
    // An activity that makes a plan also returns the site.
    sites: done.flatMap(({ name, result, completedAt }) => {
      if (name === 'readSite') return [placed(completedAt, result as SiteView)];
      return isPlanned(name, result) ? [placed(completedAt, result.site)] : [];
    }),
    plans: done.flatMap(({ name, result, completedAt }) =>
      isPlanned(name, result) ? [placed(completedAt, result.plan)] : [],
    ),
    messages: events.flatMap((event, at) => decisionsIn(event).map((decision) => placed(at, decision))),
    checks: done.flatMap(({ name, input: given, result, completedAt }) => {
      const signed = (result as { signed?: SignedWith } | undefined)?.signed;
      return name === 'verifyApproval' && signed
        ? [placed(completedAt, { ...(given as { statement: Statement; signature: string }), signed })]
        : [];
    }),
    judgements: events.flatMap((event, at) => judgementsIn(event).map((judgement) => placed(at, judgement))),
    carried: done
      .filter(({ name }) => name === 'judgeApplicants')
      .map(({ input: given, result, scheduledAt, completedAt }) => {
        const { judgement } = given as { judgement: ApplicantVerdict };
        const { signed = null } = (result ?? {}) as { signed?: SignedWith | null };
        return placed(completedAt, { judgement, signed, calledAt: scheduledAt });
      }),
    actions: [
      ...calls.flatMap((call) => actionOf(call, placed, from)),
      ...events.flatMap((e, at) => childIn(e, at, placed)),
    ],
    unknown: calls.filter(({ name }) => !(name in AUTHORITY)).map(({ name, scheduledAt }) => placed(scheduledAt, name)),
    calls,
    done: events.flatMap((event, at) => doneIn(event).map((done) => placed(at, done))),
    reports: done
      .filter(({ name }) => name === 'passHandGate')
      .map(({ input: given, result, scheduledAt, completedAt }) => {
        const { gate, round } = given as { gate?: unknown; round?: unknown };
        const { signedWith = null } = (result as { facts?: { signedWith?: SignedWith | null } } | null)?.facts ?? {};
        const report = doneOf({ ...given, step: gate });
        return placed(completedAt, { ...report, round: Number(round), signed: signedWith, calledAt: scheduledAt });
      }),
    deferrals: calls
      .filter(({ name }) => name === 'deferTask')
      .map(({ input: given, scheduledAt }) => placed(scheduledAt, given as Partial<Deferral> as Deferral)),
    tasks: [...deferred, ...events.flatMap(tasksIn)],
    children: childrenIn(events),
  };
}

type Place = <T>(at: number, value: T) => Placed<T>;
const authorities: Readonly<Record<string, Authority | undefined>> = AUTHORITY;

/** The contract alone declares which activities act. The shape of an argument neither adds nor hides an action. */
function actionOf({ name, input, scheduledAt }: ActivityCall, placed: Place, from: Phase | null) {
  const authority = authorities[name];
  if (authority?.kind !== 'acts') return [];
  const { plan, host, image } = input as { plan?: unknown; host?: unknown; image?: { facts?: { name?: string } } };
  const { gates, hostsFrom, unlessFrom = [] } = authority;
  const action: Action = {
    name: typeof host === 'string' ? `${name} ${host}` : name,
    gates,
    digest: typeof plan === 'string' ? plan : null,
    waived: waivedIn(input),
    listed: hostsFrom === undefined ? null : { host: String(host), by: hostsFrom },
    earlier: from !== null && unlessFrom.includes(from) ? `started from ${from}` : null,
    image: image?.facts?.name ?? null,
  };
  return [placed(scheduledAt, action)];
}

function childIn(event: HistoryEvent, at: number, placed: Place) {
  const child = attributesOf(event, 'startChildWorkflowExecutionInitiated');
  const type = (child?.['workflowType'] as { name?: string } | undefined)?.name;
  if (type !== 'hostUpdate') return [];
  const action: Action = {
    name: `hostUpdate ${String(child?.['workflowId'])}`,
    gates: authorities['switchRoot']?.kind === 'acts' ? authorities['switchRoot'].gates : [],
    digest: null,
    waived: [],
    follower: followerIn(firstValue(child?.['input'])),
  };
  return [placed(at, action)];
}

function doneIn(event: HistoryEvent): readonly Done[] {
  const signal = attributesOf(event, 'workflowExecutionSignaled');
  const given = signal?.['signalName'] === 'done' ? firstValue(signal['input']) : undefined;
  if (typeof given !== 'object' || given === null) return [];
  return [doneOf(given as Record<string, unknown>)];
}

function doneOf({ step, by, reason, value, signature }: Readonly<Record<string, unknown>>): Done {
  const textOf = (one: unknown) => (typeof one === 'string' ? one : null);
  return {
    step: String(step),
    by: String(by),
    reason: String(reason),
    value: textOf(value),
    signature: textOf(signature),
  };
}

function tasksIn(event: HistoryEvent): readonly DeferredTask[] {
  const signal = attributesOf(event, 'workflowExecutionSignaled');
  const given = signal?.['signalName'] === 'deferTask' ? firstValue(signal['input']) : undefined;
  return typeof given === 'object' && given !== null ? [given as DeferredTask] : [];
}

function followerIn(given: unknown): Action['follower'] {
  const { host, leader, waitForJobsMs } = (given ?? {}) as {
    host?: string;
    leader?: string;
    waitForJobsMs?: number | null;
  };
  return host !== undefined && leader !== undefined && waitForJobsMs === null ? { host, leader } : null;
}

function waivedIn(given: Readonly<Record<string, unknown>>): readonly string[] {
  const { waived, proofs } = given as { waived?: readonly string[]; proofs?: { waived?: readonly string[] } };
  return [...(waived ?? []), ...(proofs?.waived ?? [])];
}

function judgementsIn(event: HistoryEvent): readonly ApplicantVerdict[] {
  const signal = attributesOf(event, 'workflowExecutionSignaled');
  const given = signal?.['signalName'] === 'judge' ? firstValue(signal['input']) : undefined;
  if (typeof given !== 'object' || given === null) return [];
  // The workflow rejects a message of another shape at once.
  if (shapeRefusal('judge', given) !== null) return [];
  const verdict = given as ApplicantVerdict;
  return applicantVerdictRefusal(verdict, Infinity) === null ? [verdict] : [];
}

function decisionsIn(event: HistoryEvent): readonly Decision[] {
  const signal = attributesOf(event, 'workflowExecutionSignaled');
  const name = signal?.['signalName'];
  if (name === 'approve' || name === 'reject') return decision(firstValue(signal?.['input']), name);
  const update = attributesOf(event, 'workflowExecutionUpdateAccepted');
  const request = update?.['acceptedRequest'] as { input?: { name?: string; args?: unknown } } | undefined;
  if (request?.input?.name !== 'decide') return [];
  const given = firstValue(request.input.args) as Decision | undefined;
  return decision(given, given?.verdict);
}

function decision(given: unknown, verdict: unknown): readonly Decision[] {
  if (typeof given !== 'object' || given === null || (verdict !== 'approve' && verdict !== 'reject')) return [];
  return [{ ...(given as Decision), verdict }];
}

const isPlanned = (name: string, result: unknown): result is Planned =>
  authorities[name]?.kind === 'plans' &&
  typeof result === 'object' &&
  result !== null &&
  'plan' in result &&
  'site' in result;
