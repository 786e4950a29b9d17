import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PROGRAMS } from '../../build/build.ts';

/** A worker in a process of its own, as in production. */
export interface WorkerProcess {
  /** `kill -9`: it drains nothing and sends nothing to Temporal. Resolves when it is gone; safe to call twice. */
  kill(): Promise<void>;
}

/**
 * Starts a worker; resolves when it takes work. It dies with the test's process.
 * @throws Error with its last lines when it ends at once.
 */
export async function startWorker(siteFile: string, env: NodeJS.ProcessEnv, healthPort = 0): Promise<WorkerProcess> {
  const node = [process.execPath, PROGRAMS.worker, '--site', siteFile, '--store', 'embedded', '--metrics', 'off'];
  node.push('--health-port', String(healthPort));
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...node], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const tail: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      tail.push(line);
      if (tail.length > 5) tail.shift();
      if (line.includes('"state":"RUNNING"')) resolve();
    });
    void exited.then(() => reject(new Error(`the worker ended at once:\n${tail.join('\n')}`)));
  });
  return {
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
