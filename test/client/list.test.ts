import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { EXIT } from '../../client/exit.ts';
import { run } from '../../client/main.ts';
import { recorder } from './io.ts';

const one = (name: string, start: string, close: string | null, status = 'COMPLETED', version = '0.2.0') => ({
  workflowId: `semester/${name}`,
  status: { name: status },
  startTime: new Date(start),
  closeTime: close === null ? undefined : new Date(close),
  memo: { site: 'lab', deadline: '2027-02-10', zone: 'Asia/Seoul' },
  typedSearchAttributes: { get: () => 'wipe' },
  raw: { mostRecentWorkerVersionStamp: { buildId: version } },
});

const RUNS = [
  one('2026-fall', '2026-08-01T00:00:00Z', '2027-01-31T15:00:00Z'),
  one('2027-spring', '2027-01-20T00:00:00Z', '2027-02-01T00:00:00Z', 'CONTINUED_AS_NEW'),
  one('2027-spring', '2027-02-01T15:30:00Z', null, 'RUNNING'),
];

/** Temporal's answers, and the queries that it got. */
function temporal(runs: readonly object[]) {
  const queries: string[] = [];
  async function* list({ query }: { query: string }) {
    queries.push(query);
    yield* runs;
  }
  return { queries, client: { workflow: { list } } as unknown as Client };
}

test('list shows running and ended semesters, newest first, in the zone of their site', async () => {
  const { client } = temporal(RUNS);
  const io = recorder(null, client);
  expect(await run(['list'], io)).toBe(EXIT.ok);
  const rows = io.lines
    .join('\n')
    .split('\n')
    .filter((line) => /20\d\d-(fall|spring)/.test(line));
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatch(/2027-spring.*running.*wipe.*2027-02-10.*2027-02-02 \(Tue\) 00:30.*–.*0\.2\.0/);
  expect(rows[1]).toMatch(/2026-fall.*completed.*2026-08-01 \(Sat\) 09:00.*2027-02-01 \(Mon\) 00:00/);
});

test('list --json has instants, and null for what is not known', async () => {
  const { client } = temporal([one('2027-spring', '2027-02-01T15:30:00Z', null, 'RUNNING', '')]);
  const io = recorder(null, client);
  expect(await run(['list', '--json'], io)).toBe(EXIT.ok);
  expect(io.lines.join('')).toContain('"startedAt": "2027-02-01T15:30:00.000Z"');
  expect(io.lines.join('')).toMatch(/"endedAt": null,\s*"version": null/);
});

test('list --running asks for those only, and an empty list is said', async () => {
  const { client, queries } = temporal([]);
  const io = recorder(null, client);
  expect(await run(['list', '--running'], io)).toBe(EXIT.ok);
  expect(queries).toEqual(["WorkflowType = 'semester' AND ExecutionStatus = 'Running'"]);
  expect(io.lines).toEqual(['There is no semester in this namespace of Temporal.']);
});
