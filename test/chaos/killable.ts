import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { ApplicationFailure } from '@temporalio/common';

const STARTED = proto.temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_STARTED;

/** An activity is about to begin, or has its result, which Temporal has not got yet. */
export interface Boundary {
  readonly id: number;
  /** `receiveImage bernini` */
  readonly activity: string;
  readonly at: 'before' | 'after';
  /** The same for each attempt. */
  readonly activityId: string;
}
export type Heard = { readonly ready: true } | { readonly boundary: Boundary };
/** Messages to a worker's process: begin to take work, or continue at a boundary. */
export type Told = { readonly work: true } | { readonly go: number };

/** A worker in a process of its own, which waits at each boundary until it may go on. */
export interface KillableWorker {
  /**
   * Begins to take work; resolves when it does.
   * @param passes is called at each boundary; if it returns false, the worker stays there
   */
  work(passes: (boundary: Boundary) => boolean): Promise<void>;
  /** `kill -9`; resolves when it is gone. Safe to call twice. */
  kill(): Promise<void>;
}

/** Starts a worker's process, which loads what it needs and then stands by: loading takes longer than all else. */
export function standBy(a: {
  address: string;
  siteFile: string;
  bundle: string;
  env: NodeJS.ProcessEnv;
}): KillableWorker {
  const main = [process.execPath, path.join(import.meta.dirname, 'worker.ts')];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...main, a.address, a.siteFile, a.bundle], {
    env: a.env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const tell = (told: Told) => void (child.connected && child.send(told, () => undefined));
  return {
    work: (passes) =>
      new Promise<void>((resolve, reject) => {
        child.on('message', (heard: Heard) => {
          if ('ready' in heard) return resolve();
          const { boundary } = heard;
          if (passes(boundary)) tell({ go: boundary.id });
        });
        void exited.then(() => reject(new Error('the worker ended at once')));
        tell({ work: true });
      }),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/**
 * Tells Temporal that activities have failed with their worker, which it would find out by time-outs of one or two minutes. While
 * no worker is there, all that have started have failed.
 */
export async function failActivities(client: Client): Promise<void> {
  const died = ApplicationFailure.retryable('its worker was killed', 'Killed');
  for await (const { workflowId, runId } of client.workflow.list({ query: 'ExecutionStatus = "Running"' })) {
    const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
    const started = (raw.pendingActivities ?? []).filter(({ state }) => state === STARTED);
    const failing = started.map(({ activityId }) =>
      client.activity.fail({ workflowId, runId, activityId: activityId! }, died),
    );
    // One may have ended just before.
    await Promise.allSettled(failing);
  }
}
