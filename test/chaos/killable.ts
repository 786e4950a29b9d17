import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

/** An activity is about to begin, or has its result, which Temporal has not got yet. */
export interface Boundary {
  readonly id: number;
  /** `receiveImage bernini` */
  readonly activity: string;
  readonly at: 'before' | 'after';
  readonly attempt: number;
  readonly token: string;
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
  /** `kill -9`; resolves when it is gone and Temporal knows that what it was doing has failed. Safe to call twice. */
  kill(): Promise<void>;
}

/** Starts a worker's process, which loads what it needs and then stands by: loading takes longer than all else. */
export function standBy(a: {
  client: Client;
  address: string;
  siteFile: string;
  bundle: string;
  env: NodeJS.ProcessEnv;
}): KillableWorker {
  const main = [process.execPath, '--import', 'tsx', path.join(import.meta.dirname, 'worker.ts')];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...main, a.address, a.siteFile, a.bundle], {
    env: a.env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const tell = (told: Told) => void (child.connected && child.send(told, () => undefined));
  const tokens = new Set<string>();
  return {
    work: (passes) =>
      new Promise<void>((resolve, reject) => {
        child.on('message', (awaitChild: Heard) => {
          if ('ready' in awaitChild) return resolve();
          const { boundary } = awaitChild;
          tokens.add(boundary.token);
          if (passes(boundary)) tell({ go: boundary.id });
        });
        void exited.then(() => reject(new Error('the worker ended at once')));
        tell({ work: true });
      }),
    async kill() {
      child.kill('SIGKILL');
      await exited;
      // Temporal would find out by time-outs of one or two minutes. Of what had ended before, it knows nothing any more.
      const died = ApplicationFailure.retryable('its worker was killed', 'Killed');
      const failing = [...tokens].map((token) => a.client.activity.fail(Buffer.from(token, 'base64'), died));
      tokens.clear();
      await Promise.allSettled(failing);
    },
  };
}
