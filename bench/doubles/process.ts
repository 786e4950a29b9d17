import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleWorkflows } from '../../worker/create.ts';
import { NODE_FLAGS } from '../../worker/node-flags.ts';

/** What the activities in memory know of a fleet. */
export interface World {
  readonly hosts: readonly string[];
  readonly waves?: readonly (number | string)[];
  /** How many people are in the group. */
  readonly members?: number;
  /** How many people have applied, are complete and have asked for Docker. */
  readonly applicants?: number;
}

/** A worker in a process of its own, so that its memory is its own. */
export interface DoublesProcess {
  /** The most that it ever had in memory, in MB. */
  mostMemory(): Promise<number>;
  stop(): Promise<void>;
}

/** @throws Error when it ends at once. */
export async function startDoubles(address: string, world: World): Promise<DoublesProcess> {
  const dir = await mkdtemp(path.join(tmpdir(), 'gpu-semester-bench-'));
  const bundle = path.join(dir, 'workflows.js');
  await writeFile(bundle, (await bundleWorkflows('off')).code);
  const node = [...NODE_FLAGS, '--import', 'tsx', path.join(import.meta.dirname, 'worker.ts')];
  // No `setpriv` around it: its process id is that of the worker. It ends with its parent all the same, by the closed channel.
  const child = spawn(process.execPath, [...node, address, bundle, JSON.stringify(world)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    void exited.then(() => reject(new Error('the worker ended at once')));
  });
  return {
    async mostMemory() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    },
    async stop() {
      child.kill('SIGKILL');
      await exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
