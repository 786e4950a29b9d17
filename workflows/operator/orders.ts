import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { bytesOf } from '../../domain/bytes.ts';
import type { KeepMessage, PauseMessage, StepMessage, UnkeepMessage } from '../../domain/messages.ts';
import { ACCOUNT_NAME } from '../../domain/names.ts';
import { lateKeep, untilRefusal } from '../../domain/verdict.ts';
import * as m from '../messages.ts';
import type { OperatorContext } from './context.ts';
import { forwardToChild } from './forward.ts';
import { onSignal } from './receive.ts';
import { fromApprover } from './senders.ts';
import { now, recordAccepted, recordRefused, type OperatorState } from './state.ts';

/** Installs the handlers of orders about a parked step or the whole workflow. Only approvers may send them. */
export function installOrderHandlers(operator: OperatorContext, abort: (by: string, reason: string) => void): void {
  const { state } = operator;
  const take = <T extends PauseMessage>(name: string, message: T, use: (message: T) => string | null) =>
    fromApprover(operator, name, message, () => {
      const why = use(message);
      if (why !== null) recordRefused(state, name, message.by, why);
      operator.updateVisibility();
    });

  for (const kind of ['retry', 'done', 'skip'] as const) {
    const use = (message: StepMessage) => {
      const why = orderRefusal(state, kind, message);
      if (why !== null) return why;
      state.orders.set(message.step, { kind, message });
      recordAccepted(state, kind, message.by, `${message.step}: ${message.reason}`);
      return null;
    };
    const handle = (message: StepMessage) => {
      const { step } = message;
      if (
        forwardToChild(operator, m[kind], `attention:${step}`, message) ||
        forwardToChild(operator, m[kind], `gate:${step}`, message)
      )
        return;
      take(kind, message, use);
    };
    onSignal<StepMessage>(operator, m[kind], handle, `${kind} a parked step: {step, by, reason}`);
  }

  const stop = ({ by, reason }: PauseMessage) => {
    abort(by, reason);
    return null;
  };
  const pause = (message: PauseMessage) => {
    if (state.paused) return `the workflow is already paused, by ${state.paused.by}`;
    state.paused = { by: message.by, reason: message.reason, since: now() };
    const commands = [`semester resume ${state.name} --by YOU --reason WHY`];
    state.waiting.set('paused', {
      key: 'paused',
      since: now(),
      sentence: 'Paused: no new step starts.',
      commands,
    });
    recordAccepted(state, 'pause', message.by, message.reason);
    return signalChildren(state, 'pause', message);
  };
  const resume = (message: PauseMessage) => {
    if (!state.paused) return 'the workflow is not paused';
    state.paused = null;
    state.waiting.delete('paused');
    recordAccepted(state, 'resume', message.by, message.reason);
    return signalChildren(state, 'resume', message);
  };
  const keep = ({ user, until, by, reason }: KeepMessage) => {
    if (!ACCOUNT_NAME.test(user)) return `"user" ${user} is not an account name`;
    const isDone = (step: string) => stepEnded(state, step);
    const wipeFrom = isDone('wipe-homes') ? null : state.wipeFrom;
    const wrong = until === undefined ? null : untilRefusal(until, new Date(), wipeFrom);
    if (wrong !== null) return wrong;
    const exempt = [...state.exempt.filter((k) => k.user !== user), { user, reason, ...(until && { until }) }];
    if (bytesOf(exempt) > EXEMPT_BYTES)
      return `${state.exempt.length} accounts are exempt, which is the most: end an exemption first (semester unkeep), give shorter reasons, or name accounts in keep of site.yaml`;
    state.exempt = exempt;
    state.replanVersion++;
    const late = lateKeep({ removed: isDone('group-removal'), wiped: isDone('wipe-homes') });
    recordAccepted(state, 'keep', by, `${user}: ${reason}${late}`);
    return null;
  };
  const unkeep = ({ user, by, reason }: UnkeepMessage) => {
    if (!state.exempt.some((k) => k.user === user))
      return `${user} is not exempt in this workflow; who is exempt in all of them stands in keep and protected of site.yaml`;
    state.exempt = state.exempt.filter((k) => k.user !== user);
    state.replanVersion++;
    recordAccepted(state, 'unkeep', by, `${user}: ${reason}`);
    return null;
  };
  onSignal(operator, m.abort, (message) => take('abort', message, stop), 'stop and tidy up: {by, reason}');
  onSignal(operator, m.pause, (message) => take('pause', message, pause), 'no new step starts: {by, reason}');
  onSignal(operator, m.resume, (message) => take('resume', message, resume), 'end the pause: {by, reason}');
  onSignal(operator, m.unkeep, (message) => take('unkeep', message, unkeep), 'end an exemption: {user, by, reason}');
  onSignal(operator, m.keep, (message) => take('keep', message, keep), 'exempt an account: {user, until?, by, reason}');
}

/** They pass to each plan, step and host. */
const EXEMPT_BYTES = 100_000;

const stepEnded = ({ steps }: OperatorState, step: string) =>
  ['done', 'by-hand'].includes(steps.get(step)?.state ?? '');

/** Forwards pause and resume to all children. */
function signalChildren(state: OperatorState, name: 'pause' | 'resume', message: PauseMessage): null {
  for (const child of state.children.keys()) {
    getExternalWorkflowHandle(child)
      .signal(name, message)
      .catch(() => undefined);
  }
  return null;
}

/** One answer counts. A later one would be accepted, and then lost. */
function takenRefusal(step: string, first: { readonly message: StepMessage } | undefined): string {
  const who = first ? ` by ${first.message.by}` : '';
  return `${step} has been answered${who}, and the answer is being carried out. If it waits again, answer then`;
}

function orderRefusal(state: OperatorState, kind: 'retry' | 'done' | 'skip', message: StepMessage): string | null {
  const { step } = message;
  const parked = state.steps.get(step);
  const gate = state.gates.get(step);
  const asks = parked?.state === 'attention' || gate?.state === 'rejected' ? 'attention' : 'gate';
  const first = state.orders.get(step);
  const isTaken = !state.waiting.has(`${asks}:${step}`) || first !== undefined;
  if (asks === 'attention' && isTaken) return takenRefusal(step, first);
  if (parked?.state === 'attention') {
    return kind === 'skip' && parked.safety
      ? `step ${step} cannot be skipped: later steps depend on it. Send retry or done`
      : null;
  }
  if (gate?.state === 'rejected') {
    if (kind === 'done') return `gate ${step} was rejected: send retry or abort`;
    const offered = state.waiting.get(`attention:${step}`)?.commands ?? [];
    const refused = kind === 'skip' && !offered.some((command) => command.startsWith('semester skip '));
    return refused ? `gate ${step} cannot be skipped: later steps depend on it. Send retry or abort` : null;
  }
  if (gate?.state === 'open' && gate.instructions !== undefined) {
    if (kind !== 'done') return `gate ${step} waits for work by hand: send done after the work`;
    if (isTaken) return takenRefusal(step, first);
    return gate.signed && message.signature === undefined
      ? `the report is not signed; the CLI signs it: semester done ${state.name} ${step} --by ${message.by} --reason WHAT`
      : null;
  }
  const names = [...state.waiting.keys()].join(', ');
  return `${step} does not wait for a person${names ? `; waiting: ${names}` : ''}`;
}
