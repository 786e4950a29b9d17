import { whyNotJudgement, type Judgement } from '../../domain/judgement.ts';
import type { Decision } from '../../domain/messages.ts';
import type { Planned, PlanRef } from '../../domain/plan.ts';
import type { SiteView } from '../../domain/site.ts';
import type { SignedWith, Statement } from '../../domain/statement.ts';
import {
  activitiesIn,
  attributesOf,
  firstValue,
  type Execution,
  type HistoryEvent,
} from '../../signing/export-format.ts';

/** Something in a history, with its place in it. */
export interface Placed<T> {
  readonly at: number;
  /** UTC, when it happened. */
  readonly time: string;
  readonly value: T;
}

/** A signature that the service says to have checked. */
export interface Check {
  readonly statement: Statement;
  readonly signature: string;
  readonly signed: SignedWith;
}

/** A judgement that the service says to have carried out. */
export interface Carried {
  readonly judgement: Judgement;
  /** Null: it was not signed. */
  readonly signed: SignedWith | null;
  /** Position of the call, before which the site had been read. */
  readonly calledAt: number;
}

/** A step that did what a gate had been asked for: by the plan's digest, or by the gate alone where the step has none. */
export interface Action {
  readonly name: string;
  readonly gate: string | null;
  readonly digest: string | null;
  /** What it was told to pass over. */
  readonly waived: readonly string[];
  /** Of a follower's update while nobody is on the hosts: there the site's canary boots before people are asked. */
  readonly follower?: { readonly host: string; readonly leader: string } | null;
}

/** What one run's history holds for an audit, none of it judged yet. */
export interface Facts {
  readonly workflow: string;
  readonly run: string;
  /** Run id of the first run, which statements name. */
  readonly firstRun: string;
  readonly startedBy: string;
  readonly sites: readonly Placed<SiteView>[];
  readonly plans: readonly Placed<PlanRef>[];
  readonly messages: readonly Placed<Decision>[];
  readonly checks: readonly Placed<Check>[];
  /** What was sent about single applicants, and what of that the service carried out. */
  readonly judgements: readonly Placed<Judgement>[];
  readonly carried: readonly Placed<Carried>[];
  readonly actions: readonly Placed<Action>[];
}

/** Reads the facts out of the events themselves: what people sent, what activities answered, what was begun. */
export function factsOf({ workflow, run, events }: Execution): Facts {
  const placed = <T>(at: number, value: T): Placed<T> => ({ at, time: events[at]?.eventTime ?? '', value });
  const calls = activitiesIn(events);
  const done = calls.filter(({ completedAt }) => completedAt !== Infinity);
  const [first] = events;
  const started = (first && attributesOf(first, 'workflowExecutionStarted')) ?? {};
  const firstRun = started['firstExecutionRunId'];
  const input = (firstValue(started['input']) ?? {}) as { startedBy?: string };
  return {
    workflow,
    run,
    firstRun: typeof firstRun === 'string' ? firstRun : run,
    startedBy: input.startedBy ?? '',
    // Who makes a plan reads the site with it.
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
        const { judgement } = given as { judgement: Judgement };
        const { signed = null } = (result ?? {}) as { signed?: SignedWith | null };
        return placed(completedAt, { judgement, signed, calledAt: scheduledAt });
      }),
    actions: [
      // A step that acts names its try, or records whom people let in; what only looks at a plan does not.
      ...calls
        .filter(({ name, input: given }) => given['ref'] !== undefined || name === 'approveListed')
        .filter(({ input: given }) => typeof given['plan'] === 'string')
        .map(({ name, input: given, scheduledAt }) =>
          placed(scheduledAt, { name, gate: null, digest: String(given['plan']), waived: waivedIn(given) }),
        ),
      ...events.flatMap((event, at) => {
        const child = attributesOf(event, 'startChildWorkflowExecutionInitiated');
        const type = (child?.['workflowType'] as { name?: string } | undefined)?.name;
        return type === 'hostUpdate'
          ? [
              placed(at, {
                name: `hostUpdate ${String(child?.['workflowId'])}`,
                gate: 'rollout',
                digest: null,
                waived: [],
                follower: followerIn(firstValue(child?.['input'])),
              }),
            ]
          : [];
      }),
    ],
  };
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

function judgementsIn(event: HistoryEvent): readonly Judgement[] {
  const signal = attributesOf(event, 'workflowExecutionSignaled');
  const given = signal?.['signalName'] === 'judge' ? firstValue(signal['input']) : undefined;
  if (typeof given !== 'object' || given === null) return [];
  // Of another shape, it was refused at once.
  return whyNotJudgement({ ...given }, Infinity) === null ? [given as Judgement] : [];
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
  /^plan[A-Z]/.test(name) && typeof result === 'object' && result !== null && 'plan' in result && 'site' in result;
