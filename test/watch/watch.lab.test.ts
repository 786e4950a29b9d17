import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import getPort from 'get-port';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROGRAMS } from '../../build/build.ts';
import { newKey } from '../../codec/keys.ts';
import { TASK_QUEUE } from '../../domain/names.ts';
import { startDevServer, type DevServer } from '../../lab/setup/dev-server.ts';
import type { Finding } from '../../watch/finding.ts';
import { SITE_EXAMPLE } from '../config/files.ts';
import { startSmtp, type TestSmtp } from '../activities/mail/smtp.ts';
import { startWorker } from '../semester/worker-process.ts';
import { resultOf } from '../client/io.ts';

/** The command in a process of its own, against a real Temporal, a real worker and real mail servers. Needs no host. */
let temporal: DevServer;
let folder: string;
let first: TestSmtp;
let second: TestSmtp;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'watch-'));
  temporal = await startDevServer({ uiPort: false });
  first = await startSmtp({ auth: { user: 'gpu@example.org', pass: 'right' } });
  second = await startSmtp();
  const site = (await readFile(SITE_EXAMPLE, 'utf8'))
    .replace(/^stateDir:.*$/m, `stateDir: ${folder}/state`)
    .replace('host: smtp.example.org\n  port: 587', `host: 127.0.0.1\n  port: ${first.port}`);
  await writeFile(path.join(folder, 'site.yaml'), site);
  environment = {
    TEMPORAL_ADDRESS: temporal.address,
    SEMESTER_PAYLOAD_KEYS: newKey(new Date()),
    SEMESTER_WATCH_SMTP_URL: `smtp://127.0.0.1:${second.port}`,
    SEMESTER_WATCH_FROM: 'watch@example.org',
    SEMESTER_WATCH_TO: 'kim@example.org',
    STATE_DIRECTORY: folder,
  };
});
afterAll(async () => {
  await Promise.all([temporal.stop(), first.stop(), second.stop()]);
  await rm(folder, { recursive: true, force: true });
});

const semester = (...args: string[]) =>
  execa(process.execPath, [PROGRAMS.semester, ...args], { env: environment, reject: false, stdin: 'ignore' });

test('a refused mail server, a stuck run, a killed worker and a dead Temporal are each mailed by the second way', async () => {
  const port = await getPort();
  const run = async () => {
    const { exitCode, stdout, stderr } = await semester(
      'watch',
      '--worker',
      `http://127.0.0.1:${port}/health`,
      '--json',
    );
    const { findings } = resultOf(stdout) as { findings: readonly Finding[] };
    return { exitCode, names: findings.map(({ check, about }) => `${check} ${about}`), stderr };
  };
  const env = {
    ...environment,
    SEMESTER_SMTP_PASSWORD: 'wrong',
    SEMESTER_HEALTH_PORT: String(port),
    PATH: process.env['PATH'],
  };
  const worker = await startWorker(path.join(folder, 'site.yaml'), env, port);
  const connection = await Connection.connect({ address: temporal.address });
  try {
    // The worker's mail server refuses its login, and no host answers.
    await expect.poll(async () => (await run()).names).toEqual(['acts acts', 'mail server']);
    await expect
      .poll(() => second.mails.map(({ text }) => text).join('\n'))
      .toContain('refuses this service or does not answer');
    expect(first.mails).toEqual([]);

    const client = new Client({ connection, namespace: temporal.namespace });
    await client.workflow.start('no-such-type', { taskQueue: TASK_QUEUE, workflowId: 'semester/stuck' });
    await expect.poll(async () => (await run()).names, { timeout: 60_000 }).toContain('run semester/stuck');
    expect(second.mails.at(-1)?.text).toContain('no-such-type');
    const status = await semester('status', 'stuck');
    expect([status.exitCode, status.stdout]).toEqual([6, expect.stringMatching(/STUCK[^]*no-such-type/)]);

    await worker.kill();
    const dead = await run();
    expect([dead.exitCode, dead.names]).toEqual([1, expect.arrayContaining(['worker health', 'run semester/stuck'])]);
    expect(second.mails.at(-1)?.subject).toContain('does not answer');
    const mailed = second.mails.length;
    await run();
    expect(second.mails).toHaveLength(mailed);
  } finally {
    await worker.kill();
    await connection.close();
  }
  await temporal.stop();
  const gone = await run();
  expect([gone.exitCode, gone.names]).toEqual([1, ['temporal temporal', 'worker health']]);
  expect(second.mails.at(-1)?.subject).toContain('Temporal does not answer');
  const tried = await semester('watch', '--test');
  expect([tried.exitCode, second.mails.at(-1)?.subject]).toEqual([0, '[gpu-semester] test alarm']);
});
