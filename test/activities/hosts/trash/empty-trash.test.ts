import { expect, onTestFinished, test, vi } from 'vitest';
import { dueIn, startEmptying } from '../../../../activities/hosts/trash/empty-trash.ts';
import type { Trash, Trashed } from '../../../../activities/hosts/trash/trash.ts';
import type { Store } from '../../../../activities/store/store.ts';
import type { Site } from '../../../../domain/site.ts';
import { fakeRemote } from '../fake-remote.ts';

const NOW = 1_800_000_000;
const entry = (id: string, part: Partial<Trashed>): Trashed => ({
  id,
  state: 'kept',
  semester: '2027-spring',
  plan: 'sha256:0',
  name: 'erin',
  owner: 'erin',
  object: 'inode 300',
  born: '1.000000000',
  since: NOW - 100,
  until: NOW + 100,
  taken: false,
  ...part,
});
const trash: Trash = {
  directory: '/local/.docker',
  state: 'ours',
  free: 20,
  size: 100,
  bytes: null,
  now: NOW,
  entries: [
    entry('young', {}),
    entry('over', { until: NOW }),
    entry('cut-off', { state: 'moving' }),
    entry('cut-off-over', { state: 'moving', until: NOW - 1 }),
    entry('half', { state: 'deleting' }),
    entry('odd', { state: 'unreadable', until: 0 }),
  ],
};
const due = (minFree: number) => dueIn(trash, minFree).map(({ id }) => id);

test('due is what is over or half-deleted; with too little room everything whole; never what has no record', () => {
  expect(due(20)).toEqual(['over', 'cut-off-over', 'half']);
  expect(due(21)).toEqual(['young', 'over', 'cut-off-over', 'half']);
});

test('every host is looked at again and again, a silent one stops no other, and a stop ends it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const looked: string[] = [];
  const remote = fakeRemote((_, host) => {
    looked.push(host);
    if (host === 'asahi') throw new Error('asahi does not answer');
    return '';
  });
  const hosts = [{ name: 'asahi' }, { name: 'bernini' }];
  const layout = { docker: '/local/.docker', alsoWipe: [] };
  const site = async () => ({ name: 'lab', hosts, layout, wipe: { trash: 'P14D', minFree: 10 } }) as unknown as Site;
  const failures: string[] = [];
  const deps = { site, remote, store: {} as unknown as Store, clock: () => new Date(0) };
  const emptying = startEmptying(deps, (what) => failures.push(String(what)));
  expect(looked).toEqual([]);
  await vi.advanceTimersByTimeAsync(20 * 60_000);
  expect(looked).toEqual(['asahi', 'bernini', 'asahi', 'bernini']);
  expect(failures).toEqual(['Error: asahi does not answer', 'Error: asahi does not answer']);
  await emptying.stop();
  await vi.advanceTimersByTimeAsync(60 * 60_000);
  expect([looked.length, vi.getTimerCount()]).toEqual([4, 0]);
});
