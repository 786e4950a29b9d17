import type { TestWorkflowEnvironment } from '@temporalio/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { workerConverter } from '../../codec/data-converter.ts';
import { newKey, parseKeys } from '../../codec/keys.ts';
import { SHAPES } from '../../domain/message-shapes.ts';
import { hostWorkflowId, siteWorkflowId } from '../../domain/names.ts';
import type { Status } from '../../domain/status.ts';
import { startRun, type Run } from '../support/run.ts';
import { ask, realTime } from '../support/temporal.ts';

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime({ dataConverter: workerConverter('required', parseKeys(newKey(new Date(0)))) });
});
afterEach(() => env?.teardown());

const bytes = (text: string) => new TextEncoder().encode(text);
const payload = (encoding: string, data: Uint8Array | string, more: Record<string, Uint8Array> = {}) => ({
  metadata: { encoding: bytes(encoding), ...more },
  data: typeof data === 'string' ? bytes(data) : data,
});
type Payload = ReturnType<typeof payload>;

/** Sends payloads as they are, as the Temporal UI or any client can. */
async function send(workflowId: string, signalName: string, payloads: readonly Payload[]): Promise<void> {
  await env.connection.workflowService.signalWorkflowExecution({
    namespace: env.namespace ?? 'default',
    workflowExecution: { workflowId },
    signalName,
    input: { payloads: [...payloads] },
  });
}

const startLocks = async ({ taskQueue }: Run) => {
  const ids = [hostWorkflowId('asahi'), siteWorkflowId('lab')];
  const args = [{ host: 'asahi', site: 'lab' }];
  for (const workflowId of ids)
    await env.client.workflow.signalWithStart(workflowId.split('/')[0]!, {
      workflowId,
      taskQueue,
      args,
      signal: 'wake',
      signalArgs: [],
    });
  return ids;
};

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('', 'x'.repeat(200_000), '가'.repeat(3000), -1, 1e308, '2027-02-31', 'alice', 'semester/none', []),
);
const shaped = fc
  .constantFrom(...(Object.keys(SHAPES) as (keyof typeof SHAPES)[]))
  .chain((name) =>
    fc.record(Object.fromEntries(Object.keys(SHAPES[name]).map((key) => [key, value])), { requiredKeys: [] }),
  );
const anyPayload: fc.Arbitrary<Payload> = fc.oneof(
  shaped.map((message) => payload('json/plain', JSON.stringify(message))),
  value.map((one) => payload('json/plain', JSON.stringify(one))),
  fc.string().map((text) => payload('json/plain', text)),
  fc
    .constantFrom('json/protobuf', 'binary/protobuf', 'binary/null', 'binary/plain', '', '한글')
    .map((encoding) => payload(encoding, '{"by": "bob"}')),
  fc
    .tuple(fc.string({ maxLength: 20 }), fc.uint8Array({ maxLength: 60 }))
    .map(([key, data]) => payload('binary/encrypted', data, { 'encryption-key-id': bytes(key) })),
);
const anyName = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...Object.keys(SHAPES)) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom('__temporal_x', 'constructor', 'toString', 'status') },
);
const anySignal = fc.tuple(anyName, fc.array(anyPayload, { maxLength: 2 }), fc.nat({ max: 2 }));

/** Number of messages. NONSENSE=2000 takes minutes. */
const MESSAGES = Number(process.env['NONSENSE'] ?? 150);
const SEED = Number(process.env['NONSENSE_SEED'] ?? 20261201);

test('no message wedges a semester, a host or the site: each answers and goes on', async () => {
  await using run = await startRun(env);
  const atGate = (s: Status) => s.gates.some(({ gate, state }) => gate === 'notice' && state === 'open');
  await run.until('notice', atGate);
  const ids = [run.handle.workflowId, ...(await startLocks(run))];
  for (const [name, payloads, to] of fc.sample(anySignal, { seed: SEED, numRuns: MESSAGES }))
    await send(ids[to]!, name, payloads);
  for (const id of ids) expect((await ask<Status>(env, id, 'status')).workflowId).toBe(id);
  // A lock is granted and a gate is decided as before.
  await run.decide('bob', 'notice');
  await run.approveAll(['removal']);
  await run.until('the lock of the site', (s) =>
    s.steps.some(({ step, state }) => step === 'hold-site' && state === 'done'),
  );
});

test('a deferred task that lacks something is refused, and replaces none', async () => {
  await using run = await startRun(env);
  const [host = ''] = await startLocks(run);
  const owed = () => ask<readonly string[]>(env, host, 'deferredTasks');
  run.world.broken.set('grantDocker', 'down');
  const signal = (task: object) => env.client.workflow.getHandle(host).signal('deferTask', task);
  await signal({ kind: 'docker', users: ['erin'] });
  await expect.poll(owed).toEqual(['docker']);
  await signal({ kind: 'docker' });
  const { refused } = await ask<Status>(env, host, 'status');
  expect(refused.map(({ reason }) => reason)).toEqual(['"users" is missing: a task docker needs it']);
  expect(await owed()).toEqual(['docker']);
});

test('exemptions with long reasons are refused before they are too much for a plan, and status stays short', async () => {
  await using run = await startRun(env);
  await run.until('notice', (s) => s.gates.length > 0);
  for (let n = 0; n < 60; n++)
    await run.handle.signal('keep', { user: `user${n}`, by: 'bob', reason: '가'.repeat(1900) });
  const status = await run.until('a refusal', (s) => s.refused.length > 0);
  expect(status.refused.at(-1)!.reason).toContain('semester unkeep');
  expect(bytes(JSON.stringify(status)).length).toBeLessThan(64_000);
  expect(status.kept.at(-1)).toMatch(/^and \d+ more$/);
  await run.approveAll(['notice']);
});

/** Messages to workflows that this test does not start. */
const ELSEWHERE = ['decide', 'judge', 'stopAccepting', 'datesMoved', 'acceptingStopped'];

test('each message that is empty or cannot be read is refused with its reason', async () => {
  await using run = await startRun(env);
  const ids = [run.handle.workflowId, ...(await startLocks(run))];
  const bad = [
    [],
    [payload('json/plain', '{}')],
    [payload('json/protobuf', '{"by": "bob"}')],
    [payload('json/plain', '{"by": "bob"')],
    [payload('binary/encrypted', 'x'.repeat(40), { 'encryption-key-id': bytes('k-other') })],
  ];
  const shaped = Object.entries(SHAPES).filter(([, shape]) => Object.keys(shape).length > 0);
  for (const [name] of shaped.filter(([known]) => !ELSEWHERE.includes(known))) {
    const reasons: string[][] = [];
    for (const id of ids) {
      for (const payloads of bad) await send(id, name, payloads);
      const { refused } = await ask<Status>(env, id, 'status');
      // Temporal keeps messages that a workflow does not know.
      const mine = refused.filter(({ message }) => message === name);
      if (mine.length > 0) reasons.push(mine.map(({ reason }) => reason));
    }
    expect([name, reasons.length > 0]).toEqual([name, true]);
    for (const reason of reasons)
      expect(reason).toEqual([
        expect.stringMatching(/^the message must be one JSON object with /),
        expect.stringMatching(/^"\w+" (is missing|must be)/),
        expect.stringMatching(/^it cannot be read as json\/protobuf/),
        expect.stringMatching(/^it cannot be read as json\/plain/),
        expect.stringMatching(/encrypted with the key "k-other", which is not configured here/),
      ]);
  }
});
