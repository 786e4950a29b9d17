import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { verifyApproval } from '../../activities/approvals/verify.ts';
import { run } from '../../client/main.ts';
import { digestOf } from '../../domain/digest.ts';
import type { Site } from '../../domain/site.ts';
import { approverKey, writeApprovers } from '../../lab/approvers.ts';
import { startRun, type Run } from '../support/run.ts';
import { realTime } from '../support/temporal.ts';
import { recorder } from './io.ts';

// Nor has it one for the key: the activity answers itself.
vi.mock(import('../../client/workflows.ts'), async (original) => ({
  ...(await original()),
  inspect: (async (_client: unknown, kind: string, asked: { by: string; key: string }) => {
    if (kind !== 'signer') throw new Error(`not asked for here: ${kind}`);
    const { checkSigner } = await import('../../activities/approvals/signers.ts');
    const site = async () =>
      ({ approvals: { signed: true, allowedSigners: path.join(folder, 'allowed_signers') } }) as Site;
    return checkSigner({ site })(asked);
  }) as never,
}));

// This test is not about the content of a plan, and this server has no worker on the task queue of inspections.
vi.mock(import('../../client/plan.ts'), async (original) => ({
  ...(await original()),
  readPlan: async (_, digest) => {
    const { bindings } = await import('../support/plans.ts');
    return { digest, binding: bindings.notice({}), observed: null };
  },
}));

let env: TestWorkflowEnvironment;
let folder: string;
beforeAll(async () => {
  env = await realTime();
  folder = await mkdtemp(path.join(tmpdir(), 'decide-'));
  await writeApprovers(folder);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await env?.teardown();
});

async function signedRun(): Promise<Run> {
  const semester = await startRun(env, {}, {}, (world) => {
    world.signed = true;
    world.quorum.notice = 2;
    const allowedSigners = path.join(folder, 'allowed_signers');
    const site = async () => ({ approvals: { signed: true, allowedSigners } }) as Site;
    const store = { putDocument: async (value: unknown) => digestOf(value) };
    world.acts.verifyApproval = verifyApproval({ site, store, clock: () => new Date() });
  });
  await semester.until('notice', (s) => s.gates.some((g) => g.state === 'open'));
  return semester;
}
async function semester(...args: string[]) {
  const io = recorder(null, env.client);
  const code = await run(args, io);
  return { code, out: io.lines.join('\n'), notes: io.notes.join('\n') };
}

test('approve signs with the approver’s key; another’s key does not pass', async () => {
  await using one = await signedRun();
  const { name } = one.semester;
  const wrong = await semester(
    'approve',
    name,
    'notice',
    '--by',
    'bob',
    '--key',
    approverKey(folder, 'carol'),
    '--yes',
  );
  expect(wrong.notes).toMatch(/cannot sign for bob: SHA256:\S+ is not a key of bob .*it is the key of carol/);
  expect(wrong.code).toBe(2);

  vi.stubEnv('SEMESTER_APPROVER_KEY', approverKey(folder, 'bob'));
  const right = await semester('approve', name, 'notice', '--by', 'bob', '--comment', '좋습니다', '--yes');
  vi.unstubAllEnvs();
  expect(right.notes).toBe('');
  expect(right.code).toBe(0);
  const [gate] = (await one.status()).gates;
  expect(gate!.approvals).toHaveLength(1);
  const [approval] = gate!.approvals;
  expect(approval).toMatchObject({ by: 'bob', comment: '좋습니다' });
  expect(approval!.signed!.key).toMatch(/^SHA256:/);
});

test('without a key nothing is sent, and the error names what to do', async () => {
  await using one = await signedRun();
  const args = ['approve', one.semester.name, 'notice', '--by', 'bob', '--yes'];
  vi.stubEnv('HOME', folder);
  vi.stubEnv('SSH_AUTH_SOCK', '');
  const none = await semester(...args);
  vi.unstubAllEnvs();
  expect([none.code, none.notes]).toEqual([2, expect.stringContaining('Name a key with --key FILE')]);
  expect((await semester(...args, '--key', '/nowhere/id')).notes).toContain('The key /nowhere/id does not exist');
  expect((await one.status()).refused).toEqual([]);
});

test('the only key of an agent signs although its private half cannot be read', async () => {
  await using one = await signedRun();
  const socket = path.join(folder, 'agent');
  const agent = execa('ssh-agent', ['-D', '-a', socket], { reject: false });
  try {
    const add = () => execa('ssh-add', ['-q', approverKey(folder, 'bob')], { env: { SSH_AUTH_SOCK: socket } });
    await vi.waitFor(add, { timeout: 30_000 });
    vi.stubEnv('HOME', folder);
    vi.stubEnv('SSH_AUTH_SOCK', socket);
    const { code, notes } = await semester('approve', one.semester.name, 'notice', '--by', 'bob', '--yes');
    expect([code, notes]).toEqual([0, '']);
  } finally {
    vi.unstubAllEnvs();
    agent.kill();
    await agent;
  }
});

test('a signature made by ssh-keygen counts, by --signature and in a plain signal', async () => {
  await using one = await signedRun();
  const { name } = one.semester;
  const sign = async (by: string) => {
    const args = ['approve', name, 'notice', '--by', by];
    const { code, out } = await semester(...args, '--print-statement');
    expect(code).toBe(0);
    const signed = await execa('ssh-keygen', ['-Y', 'sign', '-f', approverKey(folder, by), '-n', 'gpu-semester'], {
      input: out,
    });
    return { args, statement: JSON.parse(out) as Record<string, unknown>, signature: signed.stdout };
  };
  const bob = await sign('bob');
  const file = path.join(folder, 'bob.sig');
  await writeFile(file, bob.signature);
  expect((await semester(...bob.args, '--signature', file, '--yes')).code).toBe(0);

  const { statement, signature } = await sign('carol');
  const { gate, round, digest, by } = statement;
  await one.handle.signal('approve', { gate, round, digest, by, signature });
  const approved = await one.until('approved', (s) => s.gates[0]!.state === 'approved');
  expect(approved.gates[0]!.approvals.map((a) => a.by)).toEqual(['bob', 'carol']);
});

test('what would be refused is said before anything is shown or asked', async () => {
  await using one = await signedRun();
  const key = ['--key', approverKey(folder, 'bob')];
  const early = async (...args: string[]) => {
    const asked: string[] = [];
    const ask = async (question: string) => (asked.push(question), 'no');
    const terminal = { ...recorder(null, env.client), ask };
    const code = await run(['approve', one.semester.name, 'notice', ...args], terminal);
    expect([terminal.lines, asked]).toEqual([[], []]);
    return [code, terminal.notes.join('\n')];
  };
  expect(await early('--by', 'hana', ...key)).toEqual([
    3,
    expect.stringMatching(/^hana is not an approver .*\(alice, bob, carol\)/),
  ]);
  expect(await early('--by', 'alice', ...key)).toEqual([3, expect.stringContaining('alice started this workflow')]);
  const waive = ['--waive', 'erni'];
  expect(await early('--by', 'bob', ...waive, ...key)).toEqual([
    3,
    expect.stringContaining('waives nobody called erni'),
  ]);
  expect(await early('--by', 'carol', ...key)).toEqual([2, expect.stringContaining('it is the key of bob')]);
  const file = path.join(folder, 'old.sig');
  const sign = ['-Y', 'sign', '-f', approverKey(folder, 'bob'), '-n', 'gpu-semester'];
  await writeFile(file, (await execa('ssh-keygen', sign, { input: '{}' })).stdout);
  const other = await early('--by', 'bob', '--signature', file);
  expect(other).toEqual([2, expect.stringContaining('does not sign this verdict')]);
  expect((await one.status()).refused).toEqual([]);
});

test('an approval after an abort says so, and never "approved"', async () => {
  await using one = await signedRun();
  const { name } = one.semester;
  const open = (await one.status()).gates[0]!;
  await one.handle.signal('abort', { by: 'bob', reason: 'exam week' });
  await one.until('aborted', (s) => s.phase === 'aborted');
  expect((await one.status()).gates[0]!.state).toBe('closed');
  const late = await semester('approve', name, 'notice', '--by', 'bob', '--key', approverKey(folder, 'bob'), '--yes');
  expect([late.code, late.notes]).toEqual([3, expect.stringContaining('was aborted by bob (exam week)')]);
  expect(late.out + late.notes).not.toContain('approved');
  expect(open.state).toBe('open');
});

test('typing "all" shows the whole plan; a slip asks again; "no" decides nothing', async () => {
  await using one = await signedRun();
  const ask = async (...answers: string[]) => {
    const pages: string[] = [];
    const page = async (text: string) => void pages.push(text);
    const terminal = { ...recorder(null, env.client), page, ask: async () => answers.shift() ?? '' };
    const args = ['--by', 'bob', '--key', approverKey(folder, 'bob')];
    return {
      code: await run(['approve', one.semester.name, 'notice', ...args], terminal),
      notes: terminal.notes,
      pages,
    };
  };
  const gate = (await one.status()).gates[0]!;
  const stopped = await ask('no');
  expect([stopped.code, stopped.notes.at(-1)]).toEqual([1, expect.stringContaining('Nothing was decided')]);
  expect((await one.status()).gates[0]!.approvals).toEqual([]);
  const right = await ask('all', 'notcie 3', ` ${gate.plan!.confirm} `);
  expect([right.code, right.pages]).toEqual([0, [expect.stringContaining('What was observed:')]]);
  expect(right.notes).toContain(`"notcie 3" is not "${gate.plan!.confirm}".`);
  expect((await one.status()).gates[0]!.approvals).toMatchObject([{ by: 'bob' }]);
});
