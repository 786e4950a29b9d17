import { bytesOf } from '../domain/bytes.ts';
import { CancellationScope, condition, getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import type { OperatorContext } from './operator/context.ts';
import { now } from './operator/state.ts';
import { granted, release, request, type Holder, type Release } from './messages.ts';
import { onSignal } from './operator/receive.ts';
import { polling } from './policies.ts';

export interface LockState {
  holder: Holder | null;
  queue: Holder[];
}

const same = (a: Holder, b: Holder) => a.workflow === b.workflow && a.purpose === b.purpose;

/** The queue passes to the next run of the lock. No site has so many workflows: such requests are forged. */
const QUEUE_BYTES = 300_000;

/** How often an activity looks whether the holder still runs while others wait. */
const LOOK_EVERY_MS = 15 * 60_000;

/**
 * Installs the handlers of a lock. `accepts` gets the workflow that accepts applications now. A repeated request of the
 * holder gets the same grant again.
 */
export function installLockHandlers(
  operator: OperatorContext,
  lock: LockState,
  accepts: (workflow: string) => void = () => {},
): void {
  const enqueue = (who: Holder) => {
    const known = lock.queue.some((q) => same(q, who));
    if (!known && bytesOf([...lock.queue, who]) > QUEUE_BYTES) throw new Error('the queue is full');
    if (!known) lock.queue.push(who);
    show(operator, lock);
  };
  const dequeue = (who: Release) => {
    if (who.applications !== undefined) accepts(who.applications);
    lock.queue = lock.queue.filter((q) => !same(q, who));
    if (lock.holder && same(lock.holder, who)) lock.holder = null;
    show(operator, lock);
  };
  onSignal(operator, request, enqueue, 'between workflows: wants the lock: {workflow, purpose}');
  onSignal(operator, release, dequeue, 'between workflows: returns the lock: {workflow, purpose}');
}

/** Grants the lock to the next in the queue, or checks whether its holder still runs. */
export async function turn(
  operator: OperatorContext,
  lock: LockState,
  lockId: string,
  applications: () => string | null,
): Promise<void> {
  const again = lock.holder && lock.queue.findIndex((q) => same(q, lock.holder!));
  if (again !== null && again >= 0) {
    lock.queue.splice(again, 1);
    await grant(lock, lockId, applications());
  } else if (lock.holder === null && lock.queue.length > 0) {
    lock.holder = lock.queue.shift()!;
    await grant(lock, lockId, applications());
  } else if (lock.holder !== null && lock.queue.length > 0) {
    await untilFree(lock, lock.holder);
  }
  show(operator, lock);
}

/** Waits until the holder releases the lock, requests it again, or has ended without a release. However long: 3 events. */
async function untilFree(lock: LockState, holder: Holder): Promise<void> {
  const changed = () =>
    lock.holder !== holder || lock.queue.some((q) => same(q, holder)) || workflowInfo().continueAsNewSuggested;
  const scope = new CancellationScope();
  const ended = scope
    .run(() => polling(LOOK_EVERY_MS).awaitEnd({ workflow: holder.workflow }))
    .then(() => true)
    // A look that fails says nothing about the holder. The next one begins later.
    .catch(() => false);
  const hasEnded = await Promise.race([ended, condition(changed).then(() => false)]);
  // Nobody waits for the end of the look: it changes nothing.
  scope.cancel();
  if (changed()) return;
  if (hasEnded) lock.holder = null;
  else await condition(changed, LOOK_EVERY_MS);
}

/** Signals the grant. If the holder has ended, the signal fails and the lock becomes free. */
async function grant(lock: LockState, lockId: string, applications: string | null): Promise<void> {
  const holder = lock.holder!;
  try {
    await getExternalWorkflowHandle(holder.workflow).signal(granted, {
      lock: lockId,
      purpose: holder.purpose,
      applications,
    });
  } catch {
    if (lock.holder === holder) lock.holder = null;
  }
}

/** Whether requests wait in the queue. */
export const busy = (lock: LockState) => lock.queue.length > 0;

function show(operator: OperatorContext, lock: LockState): void {
  const { waiting } = operator.state;
  const { holder, queue } = lock;
  const lines = holder ? [`held by ${holder.workflow} for ${holder.purpose}`] : [];
  const sentence = [...lines, ...queue.map((q) => `next: ${q.workflow} for ${q.purpose}`)].join('; ');
  // The purpose tells those who watch how long is normal.
  const key = holder ? `holder:${holder.purpose}` : 'holder';
  const before = waiting.get('holder');
  const same = before?.key === key && before.sentence.split('; ')[0] === lines[0];
  if (sentence === '') waiting.delete('holder');
  else waiting.set('holder', { key, since: same ? before.since : now(), sentence, commands: [] });
  operator.updateVisibility();
}
