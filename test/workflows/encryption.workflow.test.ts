import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clientConverter } from '../../codec/data-converter.ts';
import { newKey, parseKeys } from '../../codec/keys.ts';
import { PEOPLE } from '../../lab/people.ts';
import { endsAtOnce, startRun } from '../support/run.ts';
import { findReadable, PERSONAL, inspectHistories } from '../../lab/stored.ts';
import { realTime } from '../support/temporal.ts';

const dataConverter = clientConverter(parseKeys(newKey(new Date())));
let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime({ dataConverter });
});
afterEach(() => env?.teardown());

const [erin] = PEOPLE.filter(({ user }) => user === 'erin');

test('the history of a whole semester holds no name: not in arguments, results, errors, signals, summaries or memos', async () => {
  const secret = 'hunter2-secret';
  await using run = await startRun(env, endsAtOnce, {}, (world) => {
    for (const { user } of PEOPLE) world.members.add(user);
    for (const { user } of PEOPLE) world.homes.add(user);
    world.broken.set('takeBackup', `cannot read the home of ${erin!.name} <${erin!.email}> (${secret})`);
  });
  await run.approveAll(['notice', 'removal']);
  await run.until('attention', (s) => s.waitingFor.some((w) => w.key === 'attention:backup'));
  run.world.broken.delete('takeBackup');
  await run.handle.signal('keep', { user: 'zoe', by: 'bob', reason: `asked by ${erin!.email}` });
  await run.handle.signal('retry', { step: 'backup', by: 'bob', reason: `${erin!.name} moved her data` });
  // As the plain Temporal UI sends it, without a key, and worth nothing: it must not stop anything.
  await run.handle.signal('approve', { gate: 'wipe', round: 99, digest: 'x', by: 'kim' });
  await run.approveAll();
  expect((await run.handle.result()).outcome).toBe('finished');

  const ids = [run.handle.workflowId, ...(await run.status()).children];
  const histories = await Promise.all(ids.map((id) => env.client.workflow.getHandle(id).fetchHistory()));
  const described = await run.handle.describe();
  const stored = inspectHistories(...histories, described.raw);
  expect(stored.encrypted).toBeGreaterThan(100);
  expect(findReadable(stored, [...PERSONAL, secret, 'alice', 'bob', 'carol'])).toEqual([]);
  expect(stored.unencrypted).toEqual([]);
  expect(stored.readable).toContain('Encoded failure');

  // The same search finds them where a key is at hand, so it can fail.
  const [codec] = dataConverter.payloadCodecs!;
  const all = histories.flatMap(({ events }) => events ?? []);
  const inputs = all.flatMap((event) => event.workflowExecutionSignaledEventAttributes?.input?.payloads ?? []);
  const read = inspectHistories(await codec!.decode(inputs));
  expect(findReadable(read, ['zoe', erin!.email!, erin!.name])).toEqual(['zoe', erin!.email, erin!.name]);
});
