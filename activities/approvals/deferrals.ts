import type { DeferredTask } from '../../domain/deferred.ts';
import { digestOf } from '../../domain/digest.ts';
import type { FirstRun } from '../../domain/grant.ts';
import type { DeferredKind } from '../../domain/names.ts';
import type { StepRef } from '../../domain/step.ts';
import type { GrantStore } from './records.ts';

/** A deferred task that a grant permitted. `host/<name>` may carry it out; the task in its message is not trusted. */
export interface Deferral {
  readonly kind: DeferredKind;
  /** Digest of what the task does: plan and proofs, or the image. */
  readonly digest: string;
  readonly by: FirstRun;
  readonly at: string;
  /** The step that did it. The same step may repeat, because its answer may be lost. */
  readonly done?: string;
}

const nameOf = (host: string) => `deferred/${host}`;

/** What a task does, and what its activities get as arguments. */
export function digestOfTask(task: DeferredTask): string {
  if (task.kind === 'wipe-docker') return digestOfWipe(task.plan, task.proofs);
  return task.kind === 'image' ? digestOfImage(task.image) : digestOf({ kind: task.kind });
}

/**
 * Names a step of a workflow, by the first run that Temporal names. A later round or a continued run is the same step: it may have
 * been cut off after the task was done, for example before it opened the logins again.
 */
export const stepOf = (run: string, ref: unknown): string =>
  JSON.stringify([run, ((ref ?? {}) as Partial<StepRef>).step]);

/** The value as Temporal hands it on: without undefined keys, so that the digest does not depend on them. */
export const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
export const digestOfWipe = (plan: unknown, proofs: unknown): string => digestOf(plain({ plan, proofs }));
export const digestOfImage = (image: unknown): string => digestOf(plain({ image }));

/** The records of deferred tasks, by host. */
export const deferralRecords = (store: GrantStore) => ({
  of: async (host: string): Promise<readonly Deferral[]> =>
    (await store.getNamed<readonly Deferral[]>(nameOf(host))) ?? [],
  /** The newest image replaces an older one, as in `host/<name>`. */
  add: (host: string, deferral: Deferral) =>
    store.changeNamed<readonly Deferral[]>(nameOf(host), (before) => [
      ...(before ?? []).filter(
        ({ kind, digest, done }) =>
          kind !== deferral.kind || (kind !== 'image' && digest !== deferral.digest && done === undefined),
      ),
      deferral,
    ]),
  /** Ends the tasks of a kind. */
  end: (host: string, ended: DeferredKind) =>
    store.changeNamed<readonly Deferral[]>(nameOf(host), (before) =>
      (before ?? []).filter(({ kind }) => kind !== ended),
    ),
  /** Records that a step has done a task. */
  settle: (host: string, settled: DeferredKind, digest: string, step: string) =>
    store.changeNamed<readonly Deferral[]>(nameOf(host), (before) =>
      (before ?? []).map((task) => (task.kind === settled && task.digest === digest ? { done: step, ...task } : task)),
    ),
});
