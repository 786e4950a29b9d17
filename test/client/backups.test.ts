import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { run } from '../../client/main.ts';
import { recorder, resultOf } from './io.ts';
import type { BackupTable } from '../../activities/hosts/backup/contract.ts';

const row = { readOnly: true, nested: 0, bytes: { total: 3 * 1024 ** 4, own: 1024 ** 3 } };
const table: BackupTable = {
  storage: 'oloroso',
  replica: 'pinga',
  silent: null,
  rows: [
    { ...row, name: '2026-02-11-wipe', days: 365, replica: 'whole', mayGoAfter: '2026-08-11', stays: null },
    { ...row, name: '2026-12-11-wipe', days: 62, replica: 'missing', mayGoAfter: '2027-06-11', stays: 'young' },
    { ...row, name: 'old', days: null, replica: 'partly', mayGoAfter: null, stays: 'undated', bytes: null },
  ],
};
/** A Temporal client whose worker answers with `answer`. */
const client = (answer: BackupTable) =>
  ({
    options: { namespace: 'default' },
    workflowService: {
      describeTaskQueue: async () => ({ pollers: [{ lastAccessTime: { seconds: Date.now() / 1000 } }] }),
    },
    workflow: { execute: async () => answer },
  }) as unknown as Client;

test('shows age, size, replica, and when each may be pruned', async () => {
  const io = recorder(null, client(table));
  expect(await run(['backups'], io)).toBe(0);
  const line = (name: string) =>
    io.lines
      .join('\n')
      .split('\n')
      .find((one) => one.includes(name))!
      .replace(/[\s│]+/g, ' ');
  expect(line('2026-02-11-wipe')).toContain('365 3.0 TiB 1.0 GiB 0 whole may be pruned');
  expect(line('2026-12-11-wipe')).toContain('62 3.0 TiB 1.0 GiB 0 missing may be pruned after 2027-06-11');
  expect(line('old')).toContain('? ? ? 0 partly stays: its name does not begin with a date');
});

test('reports that only one copy exists, and why a replica could not be checked', async () => {
  const alone = recorder(null, client({ ...table, replica: null }));
  await run(['backups'], alone);
  expect(alone.lines.join('\n')).toContain('Each backup is the only copy');
  const silent = recorder(null, client({ ...table, silent: 'pinga does not answer' }));
  await run(['backups'], silent);
  expect(silent.lines.join('\n')).toContain('pinga could not be checked: pinga does not answer');
});

test('--json is the table itself', async () => {
  const io = recorder(null, client(table));
  await run(['backups', '--json'], io);
  expect(resultOf(io.lines.join(''))).toEqual(table);
});
