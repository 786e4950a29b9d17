import {
  getExternalWorkflowHandle,
  inWorkflowContext,
  setCurrentDetails,
  upsertMemo,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { bytesOf } from '../../domain/bytes.ts';
import type { Status, StepStatus, Waiting } from '../../domain/status.ts';
import { childWaits } from '../messages.ts';
import { tableOf } from './host-table.ts';
import { firstRun, myId, type OperatorState } from './state.ts';

const phaseKey = defineSearchAttributeKey('SemesterPhase', SearchAttributeType.KEYWORD);
const waitingKey = defineSearchAttributeKey('WaitingFor', SearchAttributeType.KEYWORD_LIST);

/** The answer of the query `status`. */
export function statusOf(state: OperatorState): Status {
  for (let shown = SHOWN; ; shown = Math.floor(shown / 2)) {
    const status = statusWith(state, shown);
    if (shown < 2 || bytesOf(status) <= STATUS_BYTES) return status;
  }
}

/** Lists hold `shown` entries at most. */
function statusWith(state: OperatorState, shown: number): Status {
  return {
    workflowId: myId(),
    run: firstRun(),
    signed: state.signed,
    ...(state.approvers && { approvers: state.approvers }),
    startedBy: state.startedBy,
    ...(state.zone !== null && { zone: state.zone }),
    ...(state.language !== null && { language: state.language }),
    ...(state.aborted && { aborted: state.aborted }),
    kind: state.kind,
    phase: state.phase,
    paused: state.paused !== null,
    steps: shownSteps([...state.steps.values()]),
    gates: [...state.gates.values()].map((gate) => ({
      ...gate,
      approvals: gate.approvals.map((one) => ({ ...one, ...(one.waive && { waive: one.waive.slice(0, shown * 20) }) })),
    })),
    refused: state.refused.slice(-shown),
    accepted: state.accepted.slice(-shown),
    next: state.next,
    dates: state.dates,
    waitingFor: firstOf(allWaiting(state), { most: shown, bytes: STATUS_BYTES / 2 }),
    children: shownChildren(state, shown),
    excluded: state.excluded,
    ...(state.locked.length > 0 && { locked: state.locked }),
    kept: shownExempt(state),
    ...(state.fleet && { hosts: tableOf(state.fleet) }),
  };
}

/** Entries of a list at most: with hundreds of children, the answer stays below 64 KB. */
const SHOWN = 50;
/** Bytes as JSON at most; the answer of a query, and what Temporal accepts as memo and as one search attribute (2,048). */
const STATUS_BYTES = 60_000;
const STEP_BYTES = 30_000;
const KEPT_BYTES = 15_000;
const MEMO_BYTES = 30_000;
const ATTRIBUTE_BYTES = 1800;
/** Of what a parent is told, below the limit of a message between workflows. */
const PARENT_BYTES = 100_000;

const allWaiting = (state: OperatorState): Waiting[] => [
  ...state.waiting.values(),
  ...[...state.children.values()].flat(),
];

/** The gates and parked steps that wait here and in children. */
export const questionsOf = (state: OperatorState): readonly Waiting[] =>
  allWaiting(state).filter(({ key }) => /^(gate|attention):/.test(key));

/** The first entries, and how many more there are. */
function firstOf(all: readonly Waiting[], { most, bytes }: { most: number; bytes: number }): Waiting[] {
  const shown = within(bytes, all.slice(0, most));
  const rest = all.slice(shown.length);
  if (rest.length === 0) return [...all];
  const more = { key: 'more', since: rest[0]!.since, sentence: `and ${rest.length} more`, commands: [] };
  return [...shown, more];
}

/** The steps that wait for a person, and the newest others, in their order. The more of them wait, the shorter are their reasons. */
function shownSteps(steps: readonly StepStatus[]): readonly StepStatus[] {
  const waiting = steps.filter(({ state }) => state === 'attention');
  const others = steps.filter(({ state }) => state !== 'attention').toReversed();
  const length = Math.max(120, Math.floor(STEP_BYTES / 6 / Math.max(1, waiting.length)));
  const short = (step: StepStatus): StepStatus =>
    step.reason === undefined ? step : { ...step, reason: step.reason.slice(0, length) };
  const chosen = new Map(within(STEP_BYTES, [...waiting, ...others].map(short)).map((step) => [step.step, step]));
  return steps.flatMap(({ step }) => chosen.get(step) ?? []);
}

/** A line for each of the first exempt accounts, and how many more there are. */
function shownExempt({ exempt }: OperatorState): readonly string[] {
  const lines = exempt.map((k) => `${k.user} — ${k.reason}${k.until ? `, until ${k.until}` : ''}`);
  const shown = within(KEPT_BYTES, lines);
  return shown.length < lines.length ? [...shown, `and ${lines.length - shown.length} more`] : lines;
}

/** The longest beginning of a list that has no more bytes as JSON. */
export function within<T>(bytes: number, list: readonly T[]): readonly T[] {
  let left = bytes;
  const end = list.findIndex((one) => (left -= bytesOf(one) + 1) < 0);
  return end === -1 ? list : list.slice(0, end);
}

/** Ids of children; those that wait for a person first. */
function shownChildren({ children }: OperatorState, most: number): string[] {
  const waits = (id: string) => Number((children.get(id) ?? []).length > 0);
  return [...children.keys()].toSorted((a, b) => waits(b) - waits(a)).slice(0, most);
}

/** The state as Markdown, for people who only have the Temporal UI. */
function markdownOf(state: OperatorState): string {
  const status = statusOf(state);
  const lines = [`**${status.kind} ${state.name}** — phase **${status.phase}**${status.paused ? ' (paused)' : ''}`, ''];
  if (status.waitingFor.length === 0) lines.push('It waits for no person.');
  for (const w of status.waitingFor) lines.push(...waitingLines(w));
  if (status.next) lines.push('', `Next: ${status.next.what} at ${status.next.at}`);
  const steps = status.steps
    .slice(-12)
    .map((s) => `| ${s.step} | ${s.state} | ${s.proof?.summary ?? s.reason ?? ''} |`);
  if (steps.length > 0) lines.push('', '| step | state | proof |', '|---|---|---|', ...steps);
  return lines.join('\n');
}

function waitingLines(w: Waiting): string[] {
  return [`- ${w.sentence} (since ${w.since})`, ...w.commands.map((c) => `    - \`${c}\``)];
}

/**
 * Publishes the phase and the waiting entries to the UI, the parent, and a CLI without a worker. Changes of one turn
 * are written together, and only values that differ: each write is an event in history.
 */
export function visibilityOf(state: OperatorState): () => void {
  let shown = '[]';
  let indexed: string | undefined;
  let notified = '[]';
  let due = false;
  const notifyParent = parentNotifier(state);
  const write = () => {
    due = false;
    setCurrentDetails(markdownOf(state));
    const all = allWaiting(state);
    // No personal data: everyone who can list workflows can read memo and search attributes.
    const bare = all.map((one) => ({ ...one, sentence: '' }));
    const waitingFor = firstOf(bare, { most: SHOWN, bytes: MEMO_BYTES }).map(({ key, since, commands }) => ({
      key,
      since,
      commands,
    }));
    if (JSON.stringify(waitingFor) !== shown) {
      shown = JSON.stringify(waitingFor);
      upsertMemo({ waitingFor });
    }
    const keys = within(
      ATTRIBUTE_BYTES,
      waitingFor.map((w) => w.key),
    );
    if (JSON.stringify([state.phase, keys]) !== indexed) {
      indexed = JSON.stringify([state.phase, keys]);
      upsertSearchAttributes([
        { key: phaseKey, value: state.phase },
        { key: waitingKey, value: [...keys] },
      ]);
    }
    if (!state.parent) return;
    const told = firstOf(all.filter(isForPeople), { most: SHOWN, bytes: PARENT_BYTES });
    const asked = JSON.stringify(told);
    if (asked === notified) return;
    notified = asked;
    notifyParent(state.parent, told);
  };
  return () => {
    if (due) return;
    due = true;
    // A workflow task that fails leaves this behind. It then runs when the worker drops the run, and an error would end the worker.
    void Promise.resolve().then(() => inWorkflowContext() && write());
  };
}

/**
 * Only entries that people can answer go to the parent: each signal adds events to its history, and it may have a
 * thousand children.
 */
const isForPeople = ({ key }: Waiting) => !/^(host|site)\//.test(key);

/**
 * Signals the newest waiting entries to the parent, one signal at a time: concurrent signals may arrive in either
 * order. The parent may have ended already: applications outlive an aborted semester.
 */
function parentNotifier(state: OperatorState): (parent: string, waiting: readonly Waiting[]) => void {
  let newest: readonly Waiting[] | null = null;
  const send = async (parent: string) => {
    for (let waiting = newest; waiting !== null; waiting = newest) {
      newest = null;
      const message = { workflow: myId(), waiting };
      await getExternalWorkflowHandle(parent)
        .signal(childWaits, message)
        .catch(() => undefined);
    }
    state.notifyingParent = false;
  };
  return (parent, waiting) => {
    newest = waiting;
    if (state.notifyingParent) return;
    state.notifyingParent = true;
    void send(parent);
  };
}

/** Lines for the report: the approvals of each gate, and whether they are signed. */
export function approvalLines(state: OperatorState): string[] {
  const lines = [...state.gates.values()]
    .filter(({ approvals, plan }) => plan !== undefined && approvals.length > 0)
    .map(({ gate, round, approvals }) => {
      const names = approvals.map(({ by, signed }) => `${by} (${signed ? `signed with ${signed.key}` : 'not signed'})`);
      return `gate ${gate}, round ${round}: approved by ${names.join(', ')}`;
    });
  const unsigned = [...state.gates.values()].some(({ approvals, plan }) => plan && approvals.some((a) => !a.signed));
  return unsigned
    ? [...lines, 'An approval without a signature does not prove who approved: the name is only a claim.']
    : lines;
}
