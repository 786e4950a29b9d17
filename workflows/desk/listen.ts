import { condition, getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import type { Decision, DecisionResult, StepMessage, Verdict } from '../../domain/messages.ts';
import { whyNotText, whyNotThisGate, type Unchecked } from '../../domain/verdict.ts';
import * as m from '../messages.ts';
import type { Desk } from './desk.ts';
import { statusOf } from './show.ts';
import { now, recordAccepted, recordRefused, type DeskState, type Pending } from './state.ts';

/** Installs every handler that people use. What cannot count changes nothing and is shown in `status`. */
export function listen(desk: Desk, abort: (by: string, reason: string) => void): void {
  const { state } = desk;
  const gates = () => [...state.gates.values()];
  const refuse = (name: string, message: Unchecked, reason: string) => {
    recordRefused(state, name, message['by'], reason);
    desk.publish();
  };
  /** Checks what all messages have; a message that fails is refused, one that passes is used. */
  const from = (name: string, keys: readonly string[], raw: unknown, use: (message: never) => string | null) => {
    const message = asObject(raw);
    const why = whyNotText(message, keys) ?? whyNotApprover(state, String(message['by'])) ?? use(message as never);
    if (why !== null) return refuse(name, message, why);
    desk.publish();
  };

  setHandler(m.status, () => statusOf(state), { description: 'Phase, steps, gates, proofs, and what to type now' });

  for (const [signal, verdict] of [
    [m.approve, 'approve'],
    [m.reject, 'reject'],
  ] as const) {
    const use = (raw: Verdict) => {
      const message = asObject(raw);
      if (forwarded(desk, signal, `gate:${String(message['gate'])}`, raw)) return;
      const why = whyNotThisGate(message, gates());
      if (why !== null) return refuse(verdict, message, why);
      state.verdicts.push({ decision: { ...raw, verdict } });
    };
    setHandler(signal, use, { description: `${verdict} a gate: {gate, round, digest, by, waive?, comment?}` });
  }

  setHandler(m.decide, (decision) => decided(state, decision), {
    description: 'approve or reject with an answer: {verdict, gate, round, digest, by, waive?, comment?}',
    validator: (decision) => {
      const message = asObject(decision);
      const known = message['verdict'] === 'approve' || message['verdict'] === 'reject';
      const why = known ? whyNotThisGate(message, gates()) : '"verdict" must be approve or reject';
      if (why !== null) throw ApplicationFailure.nonRetryable(why, 'Refused');
    },
  });

  for (const kind of ['retry', 'done', 'skip'] as const) {
    const use = (raw: StepMessage) => {
      const step = String(asObject(raw)['step']);
      if (forwarded(desk, m[kind], `attention:${step}`, raw) || forwarded(desk, m[kind], `gate:${step}`, raw)) return;
      from(kind, ['step', 'by', 'reason'], raw, (message: StepMessage) => {
        const why = whyNotOrder(state, kind, message.step);
        if (why !== null) return why;
        state.orders.set(message.step, { kind, message });
        recordAccepted(state, kind, message.by, `${message.step}: ${message.reason}`);
        return null;
      });
    };
    setHandler(m[kind], use, { description: `${kind} a parked step: {step, by, reason}` });
  }

  const simply = (
    name: 'abort' | 'pause' | 'resume' | 'keep',
    keys: readonly string[],
    use: (x: never) => string | null,
  ) =>
    setHandler(m[name] as typeof m.pause, (raw) => from(name, keys, raw, use), { description: `{${keys.join(', ')}}` });

  simply('abort', ['by', 'reason'], (a: { by: string; reason: string }) => {
    abort(a.by, a.reason);
    return null;
  });
  simply('pause', ['by', 'reason'], (a: { by: string; reason: string }) => {
    if (state.paused) return `it is paused already, by ${state.paused.by}`;
    state.paused = { by: a.by, reason: a.reason, since: now() };
    state.waiting.set('paused', {
      key: 'paused',
      since: now(),
      sentence: 'Paused: no new step starts.',
      commands: [`semester resume ${state.name} --by YOU --reason WHY`],
    });
    recordAccepted(state, 'pause', a.by, a.reason);
    return null;
  });
  simply('resume', ['by', 'reason'], (a: { by: string; reason: string }) => {
    if (!state.paused) return 'it is not paused';
    state.paused = null;
    state.waiting.delete('paused');
    recordAccepted(state, 'resume', a.by, a.reason);
    return null;
  });
  simply('keep', ['user', 'by', 'reason'], (a: { user: string; until?: string; by: string; reason: string }) => {
    if (!/^[a-z_][a-z0-9_.-]{0,31}$/.test(a.user)) return `"${a.user}" is not an account name`;
    if (a.until !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(a.until)) return '"until" must be a date: YYYY-MM-DD';
    state.kept = [
      ...state.kept.filter((k) => k.user !== a.user),
      { user: a.user, reason: a.reason, ...(a.until && { until: a.until }) },
    ];
    state.keptVersion++;
    recordAccepted(state, 'keep', a.by, `${a.user}: ${a.reason}`);
    return null;
  });

  setHandler(m.childWaits, ({ workflow, waiting }) => {
    if (state.children.has(workflow)) state.children.set(workflow, waiting);
    desk.publish();
  });
  setHandler(m.granted, (g) => {
    state.granted.set(`${g.lock}:${g.purpose}`, g);
  });
}

/** Passes on what a child waits for. */
function forwarded(desk: Desk, signal: typeof m.retry | typeof m.approve, key: string, raw: unknown): boolean {
  const { state } = desk;
  if (state.waiting.has(key)) return false;
  const child = [...state.children].find(([, waiting]) => waiting.some((w) => w.key === key))?.[0];
  if (!child) return false;
  recordAccepted(state, signal.name, String(asObject(raw)['by']), `forwarded to ${child}`);
  getExternalWorkflowHandle(child)
    .signal(signal.name, raw)
    .catch(() => recordRefused(state, signal.name, asObject(raw)['by'], `${child} has ended`));
  return true;
}

async function decided(state: DeskState, decision: Decision): Promise<DecisionResult> {
  const pending: Pending = { decision };
  state.verdicts.push(pending);
  await condition(() => pending.outcome !== undefined);
  const outcome = pending.outcome!;
  if ('refused' in outcome) throw ApplicationFailure.nonRetryable(outcome.refused, 'Refused');
  return outcome;
}

function whyNotApprover(state: DeskState, by: string): string | null {
  return state.approvers.includes(by) ? null : `${by} is not an approver of this site (${state.approvers.join(', ')})`;
}

function whyNotOrder(state: DeskState, kind: 'retry' | 'done' | 'skip', step: string): string | null {
  const parked = state.steps.get(step);
  if (parked?.state === 'attention') {
    return kind === 'skip' && parked.safety ? `${step} cannot be skipped: safety rests on it` : null;
  }
  const gate = state.gates.get(step);
  if (gate?.state === 'rejected') return kind === 'done' ? `gate ${step} was rejected: retry it or abort` : null;
  if (gate?.state === 'open' && gate.instructions !== undefined) {
    return kind === 'done' ? null : `gate ${step} waits for work by hand: say \`done\` when it is done`;
  }
  const names = [...state.waiting.keys()].join(', ');
  return `${step} does not wait for anybody${names ? `; what waits: ${names}` : ''}`;
}

function asObject(raw: unknown): Unchecked {
  return typeof raw === 'object' && raw !== null ? (raw as Unchecked) : {};
}
