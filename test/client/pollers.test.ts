import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { run } from '../../client/main.ts';
import { identityOf, markOf, keysRefusal, noSiteSentence, pollers } from '../../client/pollers.ts';
import { keyFingerprints, newKey, parseKeys } from '../../codec/keys.ts';
import { beforeTheExample, SEMESTER_EXAMPLE, SITE_EXAMPLE } from '../config/files.ts';
import { recorder } from './io.ts';

interface Seen {
  readonly identity: string;
  readonly ago: number;
}
function clientWith(...seen: readonly Seen[]) {
  const started: string[] = [];
  const list = seen.map(({ identity, ago }) => ({ identity, lastAccessTime: { seconds: Date.now() / 1000 - ago } }));
  const client = {
    options: { namespace: 'default' },
    workflowService: { describeTaskQueue: async () => ({ pollers: list }) },
    workflow: {
      start: async (type: string) => (started.push(type), { firstExecutionRunId: 'r' }),
      execute: async () => ({ checks: [], unknown: [], asked: 1 }),
    },
  } as unknown as Client;
  return { client, started };
}
const [a, b] = [parseKeys(newKey(new Date(), 'a')), parseKeys(newKey(new Date(), 'b'))];
const worker = (site: string, ...keys: string[]) => ({
  identity: identityOf('7@w', { site, keys, without: [] }),
  ago: 5,
});
const seenBy = async (...workers: readonly Seen[]) => pollers(clientWith(...workers).client);

test('keys are compared by fingerprint, also while they are rotated', async () => {
  const [one, two] = [keyFingerprints(a)[0]!, keyFingerprints(b)[0]!];
  const refusal = async (own: string[], ...theirs: string[]) =>
    keysRefusal(await seenBy(worker('bacchus', ...theirs)), own, 'SEMESTER_PAYLOAD_KEYS_FILE=/k');
  expect(await refusal([one], two)).toMatch(
    new RegExp(`^SEMESTER_PAYLOAD_KEYS_FILE=/k .*${one}.*bacchus.*${two}.*Nothing was sent`),
  );
  expect(await refusal([one], one)).toBeNull();
  expect(await refusal([one, two], one)).toBeNull();
  expect(await refusal([two, one], one)).toMatch(/Nothing was sent/);
  expect(await refusal([two, one], one, two)).toBeNull();
  expect(await refusal([one])).toBeNull();
  // A worker of an earlier version says nothing, and one that has ended does not count.
  expect(keysRefusal(await seenBy({ identity: '7@w', ago: 5 }), [one], 'x')).toBeNull();
  expect(
    keysRefusal(await seenBy({ ...worker('bacchus', two), ago: 200 }, worker('bacchus', one)), [one], 'x'),
  ).toBeNull();
});

test('a worker names the runs without which it was started, in an identity that Temporal takes', async () => {
  const runs = Array.from({ length: 200 }, (_, n) => `semester/${n}`);
  const identity = identityOf('7@w', { site: 'bacchus', keys: keyFingerprints(a), without: runs.map(markOf) });
  expect(identity.length).toBeLessThan(1_000);
  const { workers } = await seenBy({ identity, ago: 5 });
  expect(workers).toMatchObject([{ site: 'bacchus', keys: keyFingerprints(a) }]);
  expect(workers[0]!.without).toContain(markOf('semester/7'));
  expect(workers[0]!.without).not.toContain(markOf('semester/other'));
  expect((await seenBy(worker('bacchus'))).workers[0]!.without).toEqual([]);
});

test('a worker of another site is not a worker of this one', async () => {
  const sentence = async (...workers: readonly Seen[]) => noSiteSentence(await seenBy(...workers), 'bacchus', 'here');
  expect(await sentence(worker('bacchus'))).toBeNull();
  expect(await sentence(worker('other'), worker('bacchus'))).toBeNull();
  expect(await sentence({ identity: '7@w', ago: 5 })).toBeNull();
  expect(await sentence(worker('other'))).toMatch(/serves other, not bacchus.*--without-worker/);
  expect(await sentence()).toMatch(/No worker answers.*TEMPORAL_NAMESPACE/);
});

test.each([
  ['start', ['start', '--site', SITE_EXAMPLE, '--semester', SEMESTER_EXAMPLE, '--by', 'kim']],
  ['docker', ['docker', 'erin', '--site', SITE_EXAMPLE, '--by', 'kim']],
  ['restore', ['restore', 'erin', '--site', SITE_EXAMPLE, '--by', 'kim']],
  ['update', ['update', '--site', SITE_EXAMPLE, '--by', 'kim']],
])('%s starts nothing where no worker of the site polls, unless told', async (_, args) => {
  beforeTheExample();
  process.env['SEMESTER_PAYLOAD_KEYS'] = newKey(new Date(), 'a');
  try {
    const { client, started } = clientWith(worker('other'));
    const io = recorder(null, client);
    expect(await run(args, io)).toBe(4);
    expect([started, io.notes.join('\n')]).toEqual([[], expect.stringContaining('serves other, not bacchus')]);
    await run([...args, '--without-worker'], recorder(null, client));
    expect(started).toHaveLength(1);
  } finally {
    delete process.env['SEMESTER_PAYLOAD_KEYS'];
  }
});
