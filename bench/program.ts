import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import getPort from 'get-port';
import { PROGRAMS } from '../build/build.ts';
import { newKey } from '../codec/keys.ts';
import { createCluster } from '../lab/services/id-server/cluster.ts';
import { startDevServer } from '../lab/setup/dev-server.ts';
import { SEMESTER_EXAMPLE, SITE_EXAMPLE } from '../test/config/files.ts';
import { NODE_FLAGS } from '../worker/node-flags.ts';
import type { Case, Sample } from './case.ts';

/** How long a worker polls before its memory is read: its checks have run once, and V8 has collected what the start needed. */
const IDLE_MS = 30_000;

/** The worker and the command line as they are shipped, with PostgreSQL and Temporal's real server. No host answers. */
export const program: Case = {
  goals: {
    'program/worker-idle': { most: 200, unit: 'MB' },
    'program/worker-start': { most: 3, unit: 'seconds' },
    'program/help': { most: 0.3, unit: 'seconds' },
    'program/status': { most: 0.8, unit: 'seconds' },
  },
  needs: ['program', 'temporal'],
  async measure({ runs, progress }) {
    const folder = await mkdtemp(path.join(tmpdir(), 'semester-bench-'));
    // The account of PostgreSQL must be able to enter.
    await chmod(folder, 0o711);
    const place = { dir: path.join(folder, 'postgres'), address: '127.0.0.1', port: await getPort() };
    const cluster = await createCluster({ ...place, password: 'bench' });
    await cluster.start();
    const temporal = await startDevServer({ uiPort: false, progress });
    try {
      const site = path.join(folder, 'site.yaml');
      const text = await readFile(SITE_EXAMPLE, 'utf8');
      await writeFile(site, text.replace(/^stateDir:.*$/m, `stateDir: ${folder}/state`));
      const env = {
        ...process.env,
        TEMPORAL_ADDRESS: temporal.address,
        SEMESTER_SITE: site,
        SEMESTER_PAYLOAD_KEYS: newKey(new Date()),
        SEMESTER_DATABASE_URL: cluster.url('admin'),
        SEMESTER_METRICS: 'off',
        SEMESTER_HEALTH_PORT: String(await getPort()),
      };
      await timed(env, ['start', '--semester', SEMESTER_EXAMPLE, '--by', 'kim', '--without-worker']);
      const samples: Sample[] = [];
      for (let n = 1; n <= runs; n++) {
        progress(`program: run ${n} of ${runs}`);
        samples.push(await once(env));
      }
      return samples;
    } finally {
      await cluster.end();
      await temporal.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function once(env: NodeJS.ProcessEnv): Promise<Sample> {
  const began = performance.now();
  // No `setpriv` here: the process id must be the worker's.
  const child = spawn(process.execPath, [...NODE_FLAGS, PROGRAMS.worker], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.includes('"state":"RUNNING"')) resolve();
      });
      void exited.then(() => reject(new Error('the worker ended before it polled')));
    });
    const start = (performance.now() - began) / 1000;
    const status = await timed(env, ['status']);
    await sleep(IDLE_MS);
    const memory = await readFile(`/proc/${child.pid}/status`, 'utf8');
    return {
      'program/worker-idle': Number(/^VmRSS:\s+(\d+) kB$/m.exec(memory)?.[1]) / 1024,
      'program/worker-start': start,
      'program/help': await timed(env, ['--help']),
      'program/status': status,
    };
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

/** Seconds that a command takes. @throws Error if it says that it could not do its work */
async function timed(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<number> {
  const began = performance.now();
  const { exitCode, stderr } = await execa(process.execPath, [PROGRAMS.semester, ...args], {
    env,
    reject: false,
    stdin: 'ignore',
  });
  // 5: the semester waits for people.
  if (exitCode !== 0 && exitCode !== 5) throw new Error(`semester ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
  return (performance.now() - began) / 1000;
}
