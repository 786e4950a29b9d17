import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROGRAMS } from '../../build/build.ts';
import { NODE_FLAGS } from '../../worker/node-flags.ts';

/** A worker in a separate process, as in production. */
export interface DemoWorker {
  readonly pid: number;
  /** Drains the worker for at most 3 seconds, then kills it. */
  stop(): Promise<void>;
}

/**
 * Starts a worker with the log file `log`; resolves when it polls. It ends with this process; Ctrl-C does not reach it.
 * @throws Error with the last lines of the log if the worker exits before.
 */
export async function startWorker(a: { env: NodeJS.ProcessEnv; port: number; log: string }): Promise<DemoWorker> {
  const worker = [PROGRAMS.worker, '--store', 'embedded', '--health-port', String(a.port), '--metrics', 'off'];
  const args = ['--pdeathsig', 'KILL', process.execPath, ...NODE_FLAGS, ...worker];
  const child = spawn('setpriv', args, { env: a.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const log = createWriteStream(a.log, { flags: 'a' });
  const tail: string[] = [];
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        log.write(`${line}\n`);
        tail.push(line);
        if (tail.length > 5) tail.shift();
        if (line.includes('"state":"RUNNING"')) resolve();
      });
    }
    void exited.then(() => reject(new Error(`the worker exited before it polled:\n${tail.join('\n')}`)));
  });
  return {
    pid: child.pid ?? 0,
    async stop() {
      const done = new AbortController();
      child.kill('SIGTERM');
      const forceStop = sleep(3000, undefined, { signal: done.signal }).then(
        () => child.kill('SIGKILL'),
        () => undefined,
      );
      await exited;
      done.abort();
      await forceStop;
      log.end();
    },
  };
}
