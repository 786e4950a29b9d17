import { CancellationScope, condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import { hostWorkflowId, siteWorkflowId } from '../domain/names.ts';
import type { OperatorContext } from './operator/context.ts';
import { myId, now } from './operator/state.ts';
import { release } from './messages.ts';
import { persistent, quick } from './policies.ts';

/** Attempts of a release. What holds a lock must not fail because somebody ends the workflow of the lock again and again. */
const RELEASES = 3;

export interface Grant {
  /** With a site: the workflow that still accepts applications. */
  readonly applications: string | null;
  /** Releases the grant. With a site, `applications` names the workflow that accepts applications now. Idempotent. */
  release(applications?: string): Promise<void>;
}

/**
 * Requests a grant from `host/<name>` or `site/<name>` and waits for it, first come first served. A host must not be
 * held while a workflow waits for a person: call this inside a step, not around a gate.
 */
export async function requestGrant(
  operator: OperatorContext,
  lock: 'host' | 'site',
  name: string,
  site: string,
  purpose: string,
): Promise<Grant> {
  const { state } = operator;
  const lockId = lock === 'host' ? hostWorkflowId(name) : siteWorkflowId(name);
  const key = `${lockId}:${purpose}`;
  const me = { lock, name, site, workflow: myId(), purpose };
  await quick.requestGrant(me);
  state.waiting.set(lockId, {
    key: lockId,
    since: now(),
    sentence: `Waits until ${lockId} is free. This command shows the holder:`,
    commands: [`semester status ${lockId}`],
  });
  const drop = async (accepting?: string) => {
    state.waiting.delete(lockId);
    state.granted.delete(key);
    operator.updateVisibility();
    const message = { workflow: myId(), purpose, ...(accepting !== undefined && { applications: accepting }) };
    const send = () => getExternalWorkflowHandle(lockId).signal(release, message);
    for (let left = RELEASES; left > 0; left--) {
      try {
        return await send();
      } catch {
        // Somebody ended the workflow of the lock, so nothing is held. A new one must know who accepts applications.
        if (accepting === undefined) return;
        await persistent.requestGrant(me);
      }
    }
  };
  try {
    if (!state.granted.has(key)) operator.updateVisibility();
    await condition(() => state.granted.has(key));
  } catch (error) {
    await CancellationScope.nonCancellable(() => drop());
    throw error;
  }
  state.waiting.delete(lockId);
  operator.updateVisibility();
  const { applications } = state.granted.get(key)!;
  let given = true;
  return {
    applications,
    async release(accepting) {
      if (given) await CancellationScope.nonCancellable(() => drop(accepting));
      given = false;
    },
  };
}

/** Holds a host while `work` runs. */
export async function holdingHost<T>(
  operator: OperatorContext,
  host: string,
  site: string,
  purpose: string,
  work: () => Promise<T>,
): Promise<T> {
  const grant = await requestGrant(operator, 'host', host, site, purpose);
  try {
    return await work();
  } finally {
    await grant.release();
  }
}
