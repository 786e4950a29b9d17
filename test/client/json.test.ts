import { readFile } from 'node:fs/promises';
import type { Client } from '@temporalio/client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { EXIT } from '../../client/exit.ts';
import { JSON_SCHEMA, jsonSchemaText } from '../../client/json-schema.ts';
import { jsonOutput, RESULTS } from '../../client/json-results.ts';
import { program, run } from '../../client/main.ts';
import { VERSION } from '../../config/version.ts';
import { digestOf } from '../../domain/digest.ts';
import type { Status } from '../../domain/status.ts';
import { SITE_EXAMPLE } from '../config/files.ts';
import { bindings } from '../support/plans.ts';
import { recorder, resultOf } from './io.ts';

const AT = '2027-02-11T00:00:00.000Z';
const binding = bindings.removal({});
const digest = digestOf(binding);
const proof = { what: 'host-key', at: AT, summary: 'pinned', facts: {}, how: 'service' };
const key = { type: 'ssh-ed25519', fingerprint: 'SHA256:abcdef' };

/** A semester at its open gate prune, which takes every message. */
function statusWith(accepted: Status['accepted']): Status {
  const plan = { digest, headline: 'one member', rows: [], kept: [], warnings: [], waivable: [], confirm: 'removal 1' };
  return {
    workflowId: 'semester/2027-spring',
    run: 'r',
    signed: false,
    kind: 'semester',
    phase: 'wipe',
    paused: false,
    steps: [{ step: 'removal', phase: 'wipe', state: 'running', round: 1, safety: false }],
    gates: [
      {
        gate: 'removal',
        workflowId: 'semester/2027-spring',
        run: 'r',
        signed: false,
        round: 1,
        state: 'open',
        openedAt: AT,
        needed: 1,
        approvals: [],
        plan: { ...plan, gate: 'removal', empty: false } as never,
      },
    ],
    refused: [],
    accepted,
    next: { at: AT, what: 'a reminder' },
    waitingFor: [
      { key: 'gate:removal', since: AT, sentence: 'Gate prune asks.', commands: ['semester plan x removal'] },
    ],
    children: [],
    kept: [],
  };
}

const ANSWERS: Readonly<Record<string, unknown>> = {
  plan: { digest, binding: JSON.stringify(binding), observed: '', pages: 1 },
  accounts: { unknown: [], asked: 1 },
  mails: { pages: 1, lines: [{ person: 'erin', kind: 'notice', edition: 1, state: 'sent', answer: '250', at: AT }] },
  applications: { pages: 1, lines: [{ user: 'erin', state: 'ready', since: AT, nudges: 0, notes: [] }], unusable: [] },
  preview: { to: 'a@b', subject: 's', text: 't', html: '<p>', known: true, examples: [] },
  backups: { storage: 'oloroso', replica: null, silent: null, rows: [] },
  gpus: [{ host: 'asahi', at: AT, gpus: [], uses: [] }],
  images: [{ host: 'asahi', image: null, failed: [], silent: null }],
  'open-logins': proof,
  site: { hosts: ['asahi'] },
  doctor: {
    at: AT,
    site: 'bacchus',
    checks: [{ check: 'login', title: 'login', where: 'asahi', state: 'ok', found: '', remedy: '' }],
  },
  'host-keys': { host: 'asahi', address: 'a', file: 'f', offered: [{ ...key, pinned: false }], others: [] },
  trust: proof,
  rehearse: { gate: 'removal', state: 'later', notes: ['soon'], ref: null, plan: null, instructions: null },
};

/** A worker of the example site that answers everything. */
function worker(): Client {
  let accepted: Status['accepted'] = [];
  const workflowService = {
    describeTaskQueue: async () => ({
      pollers: [
        {
          identity: '1@w site=bacchus keys=none',
          lastAccessTime: { seconds: Date.now() / 1000 },
          deploymentOptions: { buildId: VERSION },
        },
      ],
    }),
    describeNamespace: async () => ({ config: { workflowExecutionRetentionTtl: { seconds: 365 * 86_400 } } }),
    countWorkflowExecutions: async () => ({ count: 0 }),
    deleteWorkflowExecution: async () => ({}),
    getSystemInfo: async () => ({ serverVersion: '1.31.2' }),
  };
  const execution = {
    workflowId: 'semester/2027-spring',
    type: 'semester',
    status: { name: 'RUNNING' },
    startTime: new Date(AT),
    closeTime: new Date(AT),
    memo: { site: 'bacchus', semester: '2027-spring' },
    typedSearchAttributes: { get: () => 'wipe' },
    raw: {},
    runId: 'r',
  };
  return {
    options: { namespace: 'default', loadedDataConverter: {} },
    connection: { workflowService, withDeadline: (_: unknown, work: () => unknown) => work() },
    workflowService,
    workflow: {
      async *list({ query }: { query: string }) {
        if (!query.includes('docker')) yield execution;
      },
      getHandle: () => ({
        describe: async () => execution,
        query: async () => statusWith(accepted),
        async signal(message: string, { by }: { by: string }) {
          accepted = [...accepted, { at: AT, message, by, detail: 'heard' }];
        },
        executeUpdate: async () => ({ gate: 'removal', round: 1, approvals: ['kim'], needed: 1, state: 'approved' }),
      }),
      start: async () => ({ firstExecutionRunId: 'r', result: async () => [proof] }),
      execute: async (_: string, { args: [ask] }: { args: [{ kind: string }] }) => ANSWERS[ask.kind],
    },
  } as unknown as Client;
}

const site = ['--site', SITE_EXAMPLE];
const by = ['--by', 'kim', '--reason', 'x'];
const S = '2027-spring';

/** What each command is called with, and the code with which it ends where that is not 0. */
const CALLS: readonly (readonly [words: string, args: readonly string[], code?: number])[] = [
  ['check', site],
  ['check', ['--site', '/nonexistent.yaml'], EXIT.usage],
  ['doctor', site],
  ['hosts trust', ['asahi', '--fingerprint', key.fingerprint]],
  ['hosts images', site],
  ['host exclude', ['asahi', ...by, ...site]],
  ['host include', ['asahi', ...by, ...site]],
  ['host open', ['asahi']],
  ['list', []],
  ['plan', [S, 'removal']],
  ['approve', [S, 'removal', '--by', 'kim', '--yes']],
  ['reject', [S, 'removal', '--by', 'kim', '--yes']],
  ['retry', [S, 'removal', ...by]],
  ['done', [S, 'backup', ...by]],
  ['skip', [S, 'removal', ...by]],
  ['abort', [S, ...by]],
  ['keep', [S, 'erin', ...by]],
  ['unkeep', [S, 'erin', ...by]],
  ['reschedule', [S, '--deadline', '2027-02-18', ...by]],
  ['pause', [S, ...by]],
  ['resume', [S, ...by]],
  ['applications list', [S]],
  ['applications approve', ['erin', '--semester', S, '--by', 'kim', '--yes']],
  ['applications reject', ['erin', '--semester', S, ...by, '--yes']],
  ['docker', ['erin', '--by', 'kim', ...site]],
  ['update', ['--by', 'kim', ...site]],
  ['rollback', ['asahi', ...by, ...site]],
  ['mails', [S]],
  ['bounce', [S, 'erin', '--by', 'kim']],
  ['resend', [S, 'erin', ...by]],
  ['backups', []],
  ['restore', ['erin', '--by', 'kim', ...site]],
  ['publish', [S, '--by', 'kim', ...site]],
  ['preview', ['accepted', '--for', 'erin', ...site]],
  ['gpus', ['asahi', ...site]],
  ['handover', site],
  ['keys new', []],
];

/** Commands whose output is read by `resultOf` in a test of their own: they need a server, a store or a machine. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  rehearse: 'test/rehearse.lab.test.ts',
  start: 'test/worker/process.lab.test.ts',
  status: 'test/worker/process.lab.test.ts',
  watch: 'test/watch/watch.lab.test.ts',
  repair: 'test/client/repair.workflow.test.ts',
  replay: 'test/worker/process.lab.test.ts',
  audit: 'test/client/audit.skipping.test.ts',
  backup: 'test/recovery/backup.lab.test.ts',
  init: 'test/recovery/init.test.ts',
  'restore-service': 'test/recovery/backup.lab.test.ts',
  recover: 'test/recovery/backup.lab.test.ts',
  purge: 'test/recovery/purge.test.ts',
  'store move': 'test/activities/store/postgres.lab.test.ts',
};

const leaves = (await program(recorder())).commands.flatMap((one) =>
  one.commands.length === 0 ? [one] : one.commands.map((below) => below),
);
const COMMANDS = leaves
  .filter(({ options }) => options.some(({ long }) => long === '--json'))
  .map((one) => (one.parent?.parent ? `${one.parent.name()} ${one.name()}` : one.name()));

describe('--json', () => {
  test('docs/json.schema.json is that of the code (else: npm run schema)', async () => {
    expect(await readFile(JSON_SCHEMA, 'utf8')).toBe(jsonSchemaText());
  });

  test('every command is tried here, or where the table says', async () => {
    const tried = [...new Set([...CALLS.map(([words]) => words), ...Object.keys(ELSEWHERE)])];
    expect(tried.toSorted()).toEqual(COMMANDS.toSorted());
    expect([...new Set(COMMANDS.map((words) => words.split(' ')[0] ?? ''))].toSorted()).toEqual(
      Object.keys(RESULTS).toSorted(),
    );
    for (const file of new Set(Object.values(ELSEWHERE))) expect(await readFile(file, 'utf8')).toContain('resultOf(');
  });

  test.each(COMMANDS)('%s fails in the one shape', async (words) => {
    const io = recorder();
    expect(await run([...words.split(' '), '--nonsense', '--json'], io)).toBe(EXIT.usage);
    const [command] = words.split(' ');
    const output: unknown = JSON.parse(io.lines.join('\n'));
    expect(jsonOutput.parse(output)).toEqual({
      version: 1,
      command,
      ok: false,
      code: EXIT.usage,
      error: expect.stringMatching(/./),
      result: null,
    });
  });

  test.each(CALLS.map(([words, args, code = EXIT.ok]) => ({ words, args, code })))(
    '$words succeeds in the one shape ($args)',
    async ({ words, args, code }) => {
      vi.stubEnv('SEMESTER_PAYLOAD_KEYS', `one:${Buffer.alloc(32, 1).toString('base64')}`);
      onTestFinished(() => void vi.unstubAllEnvs());
      const io = recorder(null, worker());
      const ended = await run([...words.split(' '), ...args, '--json'], io);
      expect([ended, io.lines.join('\n')]).toEqual([code, expect.stringMatching(/^\{[^]*\}$/)]);
      expect(resultOf(io.lines.join('\n'))).not.toBeNull();
      expect(JSON.parse(io.lines.join('\n'))).toMatchObject({
        version: 1,
        command: words.split(' ')[0],
        ok: code === 0,
        code,
        error: null,
      });
    },
  );
});
