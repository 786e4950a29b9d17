import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import getPort from 'get-port';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { PROGRAMS } from '../../build/build.ts';
import { newKey } from '../../codec/keys.ts';
import { Client, Connection } from '@temporalio/client';
import type { FullReport } from '../../client/report.ts';
import { VERSION } from '../../config/version.ts';
import { TASK_QUEUE } from '../../domain/names.ts';
import { prometheusPrograms } from '../../lab/setup/prometheus.ts';
import type { WorkerAnswer } from '../../watch/worker-answer.ts';
import { startDevServer, type DevServer } from '../../lab/setup/dev-server.ts';
import { temporalCommand } from '../../lab/setup/temporal.ts';
import { writeExampleAhead } from '../../lab/example-semester.ts';
import { findReadable, inspectHistories } from '../../lab/stored.ts';
import { SITE_EXAMPLE } from '../config/files.ts';
import { resultOf } from '../client/io.ts';

/** The worker's own process and the CLI's, against Temporal's real server. Needs no host: none of these answers. */
const top = fileURLToPath(new URL('../..', import.meta.url));
let temporal: DevServer;
let folder: string;
let example: string;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'worker-'));
  temporal = await startDevServer({ uiPort: false });
  const site = (await readFile(SITE_EXAMPLE, 'utf8')).replace(/^stateDir:.*$/m, `stateDir: ${folder}/state`);
  await writeFile(path.join(folder, 'site.yaml'), site);
  example = await writeExampleAhead(folder);
  environment = {
    TEMPORAL_ADDRESS: temporal.address,
    SEMESTER_SITE: path.join(folder, 'site.yaml'),
    SEMESTER_PAYLOAD_KEYS: newKey(new Date()),
    // The site is Korean, and so is what its readers see.
    LC_MESSAGES: 'en_US.UTF-8',
    // Other tests start workers at the same time.
    SEMESTER_METRICS: 'off',
  };
});
afterAll(async () => {
  await temporal.stop();
  await rm(folder, { recursive: true, force: true });
});

const node = (script: string, args: readonly string[], env: Record<string, string> = {}) =>
  execa(process.execPath, [script, ...args], {
    env: { ...environment, ...env },
    reject: false,
    stdin: 'ignore',
  });

const semester = (...args: string[]) => node(PROGRAMS.semester, args);

type Process = ReturnType<typeof node>;

/** Starts a worker and waits for a line of its log. An object wraps the process, because a process is a promise. */
async function worker(port: number, ...more: string[]): Promise<{ child: Process; log: () => readonly string[] }> {
  const child = node(PROGRAMS.worker, ['--store', 'embedded', '--health-port', String(port), ...more]);
  let text = '';
  child.stdout.on('data', (part: Buffer) => (text += part.toString()));
  await line(child, '"state":"RUNNING"');
  return { child, log: () => text.split('\n') };
}

function line(child: Process, wanted: string): Promise<void> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (part: Buffer) => {
      text += part.toString();
      if (text.includes(wanted)) resolve();
    });
    child.once('exit', () => reject(new Error(`the worker ended without saying ${wanted}:\n${text}`)));
  });
}

test('status shows a semester without a worker from its memo; a worker continues it, /health reports it, SIGTERM drains', async () => {
  const started = await semester('start', '--semester', example, '--by', 'kim', '--without-worker', '--json');
  expect(started.exitCode).toBe(0);
  expect(resultOf(started.stdout)).toMatchObject({ workflowId: 'semester/2027-spring' });
  expect(started.stderr).toContain('Start one: npm run worker');
  expect((await semester('start', '--semester', example, '--by', 'kim', '--without-worker')).exitCode).toBe(3);
  const alone = await semester('status', '2027-spring');
  expect(alone.stdout).toMatch(/^No worker answers/);

  const port = await getPort();
  const { child } = await worker(port);
  const health = await fetch(`http://127.0.0.1:${port}/health`);
  expect([health.status, await health.json()]).toMatchObject([200, { ok: true, checks: { store: { ok: true } } }]);

  const paused = await semester('pause', '2027-spring', '--by', 'lee', '--reason', 'exams');
  expect([paused.exitCode, paused.stdout]).toEqual([0, 'Accepted: pause by lee (exams).']);
  const again = await semester('pause', '2027-spring', '--by', 'lee', '--reason', 'exams');
  expect([again.exitCode, again.stderr]).toEqual([3, expect.stringContaining('already paused')]);
  const stranger = await semester('resume', '2027-spring', '--by', 'mallory', '--reason', 'x');
  expect([stranger.exitCode, stranger.stderr]).toEqual([3, expect.stringContaining('not an approver')]);

  const report = resultOf((await semester('status', '--json')).stdout) as FullReport;
  expect(report).toMatchObject({ status: { paused: true }, versions: { started: VERSION, last: VERSION } });
  expect(report.worker.version).toBe(VERSION);
  const gate = await semester('plan', '2027-spring', 'wipe');
  expect([gate.exitCode, gate.stderr]).toEqual([
    3,
    expect.stringContaining('Gate "wipe" of semester/2027-spring has not opened yet'),
  ]);
  expect((await semester('status', 'no-such')).exitCode).toBe(4);

  child.kill('SIGTERM');
  const ended = await child;
  expect(ended.exitCode).toBe(0);
  expect(ended.stdout).toContain('worker has drained');
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
});

test('a worker whose port of /health is in use names the flag that changes it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { exitCode, stdout } = await node(PROGRAMS.worker, ['--store', 'embedded', '--health-port', String(port)]);
  expect([exitCode, stdout]).toEqual([2, expect.stringContaining('choose another port by --health-port')]);
  other.close();
});

test('without the key the CLI names what is missing, and no personal data is stored in readable form', async () => {
  const keyless = { ...environment, SEMESTER_PAYLOAD_KEYS: undefined };
  const bare = (...args: string[]) =>
    execa(process.execPath, [PROGRAMS.semester, ...args], {
      env: keyless,
      reject: false,
      stdin: 'ignore',
    });
  const status = await bare('status', '2027-spring');
  expect([status.exitCode, status.stderr]).toEqual([
    2,
    expect.stringMatching(/semester\/2027-spring runs since .* is encrypted with the key "k-.*SEMESTER_PAYLOAD_KEYS/),
  ]);
  const kept = await bare('keep', '2027-spring', 'erin', '--by', 'lee', '--reason', 'thesis');
  expect([kept.exitCode, kept.stderr]).toEqual([2, expect.stringContaining('is encrypted with the key')]);
  const started = await bare('start', '--semester', example, '--by', 'kim', '--without-worker');
  expect([started.exitCode, started.stderr]).toEqual([2, expect.stringContaining('semester keys new')]);
  const worker = await execa(process.execPath, [PROGRAMS.worker], {
    env: keyless,
    reject: false,
  });
  expect([worker.exitCode, worker.stdout]).toEqual([2, expect.stringContaining('encryption: off')]);
  const made = await bare('keys', 'new', '--id', 'spare');
  expect([made.exitCode, made.stdout]).toEqual([0, expect.stringMatching(/^spare:[A-Za-z0-9+/]{43}=$/)]);
});

test('the temporal command decodes stored payloads through semester codec, and only through it', async () => {
  const port = await getPort();
  const child = node(PROGRAMS.semester, ['codec', '--port', String(port)]);
  await once(child.stderr, 'data');
  const show = ['workflow', 'show', '--workflow-id', 'semester/2027-spring', '--output', 'json'];
  const command = await temporalCommand();
  const history = async (...more: string[]) => {
    const { stdout } = await execa(command, [...show, '--address', temporal.address, ...more], { stdin: 'ignore' });
    return inspectHistories(JSON.parse(stdout));
  };
  const bare = await history();
  expect([bare.encrypted > 5, findReadable(bare, ['kim', 'lee', 'mallory', 'exams'])]).toEqual([true, []]);
  const decoded = await history('--codec-endpoint', `http://127.0.0.1:${port}`);
  expect([decoded.encrypted, findReadable(decoded, ['kim', 'lee', 'mallory', 'exams']).length]).toEqual([0, 4]);
  child.kill('SIGTERM');
  expect((await child).exitCode).toBe(0);
});

test('a worker with wrong configuration exits with 2 and names the place; without Temporal with 4', async () => {
  await writeFile(path.join(folder, 'wrong.yaml'), 'name: x\n');
  const wrong = await node(PROGRAMS.worker, ['--site', path.join(folder, 'wrong.yaml')]);
  expect([wrong.exitCode, wrong.stdout]).toEqual([2, expect.stringContaining('wrong.yaml')]);
  const nowhere = await node(PROGRAMS.worker, [], { TEMPORAL_ADDRESS: '127.0.0.1:9' });
  expect([nowhere.exitCode, nowhere.stdout]).toEqual([4, expect.stringContaining('127.0.0.1:9')]);
  const storeless = await node(PROGRAMS.worker, []);
  expect([storeless.exitCode, storeless.stdout]).toEqual([2, expect.stringContaining('--store embedded')]);
  const secret = await node(PROGRAMS.worker, [], { SEMESTER_ID_PASSWORD_FILE: '/no/such/file' });
  expect([secret.exitCode, secret.stdout]).toEqual([2, expect.stringContaining('SEMESTER_ID_PASSWORD_FILE')]);
});

test('an open run that does not replay stops the start; --without it the worker starts, and /health calls it stuck', async () => {
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  const handle = await startedByOtherCode(client);
  const { workflowId } = handle;

  const replay = await semester('replay');
  expect([replay.exitCode, replay.stdout]).toEqual([1, expect.stringContaining(`${workflowId} does NOT replay`)]);
  expect(replay.stdout).toMatch(
    /event \d+ \(\w+\): Nondeterminism error: .*\n {2}the code there: activity readSite at workflows\/inspect.ts/,
  );
  expect(replay.stdout).toMatch(/\d+ open runs? replays? on version/);

  const json = await semester('replay', '--json');
  expect([json.exitCode, resultOf(json.stdout)]).toMatchObject([1, { failed: [{ workflowId }] }]);

  const refused = await node(PROGRAMS.worker, ['--store', 'embedded']);
  expect([refused.exitCode, refused.stdout]).toEqual([2, expect.stringContaining(`--without ${workflowId}`)]);
  expect(refused.stdout).toContain('workflows/inspect.ts');

  const port = await getPort();
  const { child } = await worker(port, '--without', workflowId);
  try {
    const health = async () => (await fetch(`http://127.0.0.1:${port}/health`)).json() as Promise<WorkerAnswer>;
    await expect
      .poll(async () => (await health()).checks['runs'], { timeout: 60_000, interval: 1000 })
      .toEqual({
        ok: false,
        detail: expect.stringContaining(`${workflowId} is stuck: the worker was started without it`),
      });
    // No event has come: its workflow task has not failed.
    const status = await semester('status', workflowId);
    expect([status.exitCode, status.stdout]).toEqual([
      6,
      expect.stringContaining(`${workflowId} is stuck: the worker was started without it`),
    ]);
    expect(status.stdout).toContain('docs/upgrading.md');
    const repair = await semester('repair', workflowId, '--yes');
    expect([repair.exitCode, repair.stderr]).toEqual([1, expect.stringContaining('A reset would not help')]);
  } finally {
    await handle.terminate();
    child.kill('SIGTERM');
    await child;
    await connection.close();
  }
});

/** A run that other code began: it called another activity first. */
async function startedByOtherCode(client: Client) {
  const code = await readFile(inject('workflowBundle'), 'utf8');
  const other = code.replace('interactive.readSite(input)', 'interactive.lookAtGpus(input)');
  expect(other).not.toBe(code);
  const native = await NativeConnection.connect({ address: temporal.address });
  const before = await Worker.create({
    connection: native,
    namespace: temporal.namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: { code: other },
  });
  const handle = await before.runUntil(async () => {
    const started = await client.workflow.start('inspect', {
      taskQueue: TASK_QUEUE,
      workflowId: 'inspect/by-other-code',
      args: [{ kind: 'site', site: 'lab' }],
    });
    await expect.poll(async () => (await started.describe()).raw.pendingActivities?.length).toBe(1);
    return started;
  });
  await native.close();
  return handle;
}

test('a run whose workflow task fails turns /health red, and Prometheus alerts on what it scrapes', async () => {
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  // As after an update of the program: this code cannot go on with the run.
  const handle = await client.workflow.start('no-such-type', { taskQueue: TASK_QUEUE, workflowId: 'host/stuck' });
  const [port, metricsPort] = [await getPort(), await getPort()];
  const { child, log } = await worker(port, '--metrics', `127.0.0.1:${metricsPort}`, '--backups', folder);
  const prometheus = await startPrometheus(folder, `127.0.0.1:${metricsPort}`);
  try {
    const health = async () => (await fetch(`http://127.0.0.1:${port}/health`)).json() as Promise<WorkerAnswer>;
    await expect
      .poll(async () => (await health()).checks['runs'], { timeout: 60_000, interval: 1000 })
      .toEqual({ ok: false, detail: expect.stringMatching(/host\/stuck is stuck since .*: its workflow task failed/) });
    expect((await health()).findings).toContainEqual(expect.objectContaining({ check: 'run', about: 'host/stuck' }));
    expect((await fetch(`http://127.0.0.1:${port}/alive`)).status).toBe(200);

    // The same by way of a real scrape and the shipped rules. The alert waits for five minutes, so it is pending.
    await expect
      .poll(() => prometheus.query('semester_workflow_task_failing_since_seconds > 0'), { timeout: 90_000 })
      .toMatchObject([{ metric: { workflow: 'host/stuck', job: 'semester-worker' } }]);
    expect(await prometheus.query('semester_worker_polling')).toMatchObject([{ value: [expect.anything(), '1'] }]);
    expect(await prometheus.query('semester_mail_server_accepts')).toMatchObject([{ value: [expect.anything(), '0'] }]);
    expect(await prometheus.query('time() - semester_backup_time_seconds < 3600')).toHaveLength(1);
    await expect
      .poll(() => prometheus.query('ALERTS{alertname="SemesterRunStuck"}'))
      .toMatchObject([{ metric: { alertstate: 'pending', severity: 'page', workflow: 'host/stuck' } }]);
    const scraped = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    expect(scraped).toContain('temporal_num_pollers');
    const promtool = path.join(await prometheusPrograms(), 'promtool');
    const ours = scraped.split('\n').filter((line) => /^(# \w+ )?semester_/.test(line));
    await execa(promtool, ['check', 'metrics'], { input: `${ours.join('\n')}\n` });

    // The SDK knows only the run of a task that it cannot work on; the log names the workflow too.
    await expect
      .poll(() => log().find((line) => line.includes('Failed to process Workflow Activation')))
      .toContain('"workflow":"host/stuck"');

    // What has ended is no longer reported.
    await handle.terminate();
    await expect.poll(async () => (await health()).checks['runs']?.ok, { timeout: 60_000, interval: 1000 }).toBe(true);
    expect(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()).toContain(
      'semester_workflow_task_failing_since_seconds{workflow="host/stuck"} 0',
    );
  } finally {
    await prometheus.stop();
    child.kill('SIGTERM');
    await child;
    await connection.close();
  }
});

/** Debian's Prometheus with the shipped configuration, one scrape a second. It dies with this process. */
async function startPrometheus(base: string, target: string) {
  const shipped = path.join(top, 'compose/prometheus');
  const text = await readFile(path.join(shipped, 'prometheus.yml'), 'utf8');
  const file = path.join(base, 'prometheus.yml');
  const changed = text.replaceAll(': 30s', ': 1s').replace('worker:9464', target);
  await writeFile(file, changed.replace('rules.yml', path.join(shipped, 'rules.yml')));
  const address = `127.0.0.1:${await getPort()}`;
  const args = [`--config.file=${file}`, `--storage.tsdb.path=${base}/tsdb`, `--web.listen-address=${address}`];
  const program = path.join(await prometheusPrograms(), 'prometheus');
  const child = execa('setpriv', ['--pdeathsig', 'KILL', program, ...args], { reject: false, all: true });
  const query = async (expression: string): Promise<unknown> => {
    const url = `http://${address}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const answer = await fetch(url).catch(() => null);
    if (answer === null) return null;
    return ((await answer.json()) as { data?: { result: unknown } }).data?.result;
  };
  return {
    query,
    stop: async () => {
      child.kill('SIGTERM');
      await child;
    },
  };
}
