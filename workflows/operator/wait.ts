import { condition } from '@temporalio/workflow';
import type { QuestionDetails } from '../../domain/asked.ts';
import { patient } from '../policies.ts';
import type { OperatorContext } from './context.ts';
import { myId, now } from './state.ts';

/** A question to people: a gate or a parked step. */
export interface Question {
  /** `gate:wipe`, `attention:backup` */
  readonly key: string;
  readonly kind: 'gate' | 'attention';
  /** Gate or step. */
  readonly about: string;
  readonly round: number;
  /** For the query `status`: what the workflow waits for. */
  readonly sentence: string;
  /** For the mail: in the site's language if an activity wrote it; empty if the mail's own text suffices. */
  readonly headline?: string;
  readonly lines: readonly string[];
  readonly asked?: QuestionDetails;
  readonly commands: readonly string[];
  /** Counts of the plan for the chat, which gets no other data. */
  readonly counts?: Readonly<Record<string, number>>;
  /** No reminder before this instant. */
  readonly remindFrom?: string;
}

/**
 * Shows and mails the question, then waits for the answer. It never times out. `startReminding` reminds of it.
 */
export async function askAndWait(operator: OperatorContext, ask: Question, answered: () => boolean): Promise<void> {
  const { state } = operator;
  const { key, sentence, commands, remindFrom } = ask;
  state.waiting.set(key, { key, since: now(), sentence, commands, ...(remindFrom && { remindFrom }) });
  operator.updateVisibility();
  notify(operator, ask);
  try {
    await condition(answered);
  } finally {
    state.waiting.delete(ask.key);
    operator.updateVisibility();
  }
}

/** Mails the approvers and posts to the chat in the background: an unavailable server must not delay a verdict. */
function notify(operator: OperatorContext, ask: Question): void {
  const { kind, about, round, sentence, headline = sentence, lines, asked, commands, counts = {} } = ask;
  const message = { workflow: myId(), semester: operator.state.name, kind, about, commands };
  patient.notifyApprovers({ ...message, ...asked, key: `${ask.key}:${round}`, headline, lines }).catch(() => undefined);
  if (operator.state.webhook) patient.notifyWebhook({ ...message, round, counts }).catch(() => undefined);
}

/**
 * Waits until an instant that may move. Returns false if `interrupted` becomes true first.
 * @param instant read again after each wake-up, UTC ISO-8601
 */
export async function waitUntil(
  operator: OperatorContext,
  what: string,
  instant: () => string,
  interrupted: () => boolean = () => false,
): Promise<boolean> {
  const { state } = operator;
  while (!interrupted() && Date.parse(instant()) > Date.now()) {
    const seen = instant();
    state.next = { at: seen, what };
    operator.updateVisibility();
    const left = Date.parse(seen) - Date.now();
    await condition(() => interrupted() || instant() !== seen, left, { summary: what });
  }
  state.next = null;
  return !interrupted();
}
