import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { workflowFileOf } from '../../build/build.ts';
import { NODE_FLAGS } from '../../worker/node-flags.ts';

/** The fleet that the activities in memory simulate. */
export interface WorldOptions {
  readonly hosts: readonly string[];
  readonly waves?: readonly (number | string)[];
  /** Number of people in the group. */
  readonly members?: number;
  /** Number of people with a complete application that requests Docker. */
  readonly applicants?: number;
  /** Activities that fail, with the reason. */
  readonly broken?: Readonly<Record<string, string>>;
}

/** A worker in a separate process, for a separate measurement of its memory. */
export interface DoublesProcess {
  /** Peak resident memory, in MB. */
  peakMemory(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a worker with activities in memory. @throws Error if it exits before it is ready. */
export async function startDoubles(address: string, world: WorldOptions): Promise<DoublesProcess> {
  const node = [...NODE_FLAGS, '--import', 'tsx', path.join(import.meta.dirname, 'worker.ts')];
  // No `setpriv` here: the process id must be the worker's. The worker exits with its parent, when the channel closes.
  const child = spawn(process.execPath, [...node, address, workflowFileOf('off'), JSON.stringify(world)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    void exited.then(() => reject(new Error('the worker exited before it was ready')));
  });
  return {
    async peakMemory() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    },
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
