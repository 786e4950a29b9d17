import { expect, onTestFinished, test, vi } from 'vitest';
import { refuse } from '../../../../activities/failures.ts';
import { dueIn, emptyTrash, startEmptying } from '../../../../activities/hosts/trash/empty-trash.ts';
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

/** A store that has these trash directories, and this plan only. */
function memory(binding: object = {}, made: Readonly<Record<string, readonly string[]>> = {}) {
  let named: unknown = made;
  return {
    getNamed: async () => named,
    changeNamed: async (_: string, change: (before: unknown) => unknown) => (named = change(named)),
    getPlan: async (_: unknown, digest: string) => {
      if (digest !== 'sha256:0') throw refuse('PlanVoid', 'no such plan');
      return { binding: { docker: {}, also: {}, deferred: [], dockerDirectory: '/local/.docker', ...binding } };
    },
  } as unknown as Pick<Store, 'getPlan' | 'getNamed' | 'changeNamed'>;
}

/** Empties the trash of a fleet whose hosts answer `answer`, with a clock that the test moves. */
function emptyingOf(
  answer: (host: string) => Promise<string>,
  names = ['asahi', 'bernini'],
  excluded: readonly string[] = [],
  mayAct: () => Promise<void> = async () => {},
) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const looked: string[] = [];
  const failures: string[] = [];
  const remote = {
    ...fakeRemote(() => ''),
    run: async (host: string) => {
      looked.push(host);
      return await answer(host);
    },
  };
  const layout = { home: '/csehome', docker: '/local/.docker', alsoWipe: [] };
  const hosts = names.map((name) => ({ name }));
  const site = async () =>
    ({
      name: 'lab',
      storage: { name: 'oloroso' },
      hosts,
      excluded: excluded.map((name) => ({ name })),
      layout,
      wipe: { trash: 'P14D', minFree: 10 },
    }) as unknown as Site;
  const deps = { site, remote, store: memory(), clock: () => new Date(0), mayAct };
  return { emptying: startEmptying(deps, (what) => failures.push(String(what))), looked, failures };
}
const MINUTE = 60_000;

test('every host is looked at again and again, a silent one stops no other, and a stop ends it', async () => {
  const { emptying, looked, failures } = emptyingOf(async (host) => {
    if (host === 'asahi') throw new Error('asahi does not answer');
    return '';
  });
  expect(looked).toEqual([]);
  await vi.advanceTimersByTimeAsync(20 * MINUTE);
  expect(looked).toEqual(['oloroso', 'asahi', 'bernini', 'oloroso', 'asahi', 'bernini']);
  expect(failures).toEqual(['Error: asahi does not answer']);
  await emptying.stop();
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect([looked.length, vi.getTimerCount()]).toEqual([6, 0]);
});

test('a host that hangs delays no other; it is named once, has one open look, and does not hold up a stop', async () => {
  const { emptying, looked, failures } = emptyingOf(async (host) =>
    host === 'asahi' ? await new Promise<never>(() => undefined) : '',
  );
  await vi.advanceTimersByTimeAsync(24 * 60 * MINUTE);
  expect(looked.filter((host) => host === 'asahi')).toHaveLength(1);
  expect(looked.filter((host) => host === 'bernini')).toHaveLength(144);
  expect(failures).toEqual([expect.stringMatching(/asahi: a look did not end within 21600 s/)]);
  const stopped = emptying.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  await stopped;
  expect(vi.getTimerCount()).toBe(0);
});

test('no trash is emptied while the store is older than the world', async () => {
  let behind = true;
  const mayAct = async () => {
    if (behind) throw new Error('the store went back');
  };
  const { emptying, looked, failures } = emptyingOf(async () => '', ['asahi'], [], mayAct);
  await vi.advanceTimersByTimeAsync(30 * MINUTE);
  expect([looked, failures]).toEqual([[], ['Error: the store went back']]);
  behind = false;
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect(looked).toEqual(['oloroso', 'asahi']);
  await emptying.stop();
});

test('the trash of an excluded host is emptied, too', async () => {
  const { emptying, looked } = emptyingOf(async () => '', ['asahi'], ['cojito']);
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect(looked).toEqual(['oloroso', 'asahi', 'cojito']);
  await emptying.stop();
});

test('a directory that site.yaml no longer names is emptied by the plan that named it, and forgotten when it is empty', async () => {
  const store = memory({ also: { asahi: { '/local/old': [] } } }, { asahi: ['/local/old', '/local/other'] });
  const layout = { home: '/csehome', docker: '/local/.docker', alsoWipe: [] };
  const site = async () =>
    ({ name: 'lab', storage: { name: 'oloroso' }, layout, wipe: { minFree: 0 } }) as unknown as Site;
  const entry = ['ab', 'kept', '2027', 'sha256:0', 'erin', 'erin', 'inode 1', '1.0', '1', '2', ''];
  const placeOf = (directory: string, entries: readonly string[]) =>
    [directory, 'ours', '1', '2', '', String(NOW), ...entries, ''].map((field) => `${field}\0`).join('');
  let fields = placeOf('/local/old', entry) + placeOf('/local/other', entry);
  const asked: (readonly string[])[] = [];
  const remote = fakeRemote(({ name, args }) => {
    asked.push([name, ...args]);
    return name === 'list-trash' ? Buffer.from(fields).toString('base64') : '';
  });
  const turn = () => emptyTrash({ site, remote, store, clock: () => new Date(NOW * 1000) }, 'asahi');
  expect(await turn()).toEqual([expect.stringContaining('no stored plan sha256:0 of gate wipe names /local/other')]);
  expect(asked).toEqual([
    ['list-trash', 'names', '/local/.docker', '/local/old', '/local/other'],
    ['empty-trash', '/local/old', '0', '1'],
  ]);
  fields = placeOf('/local/old', []) + placeOf('/local/other', entry);
  await turn();
  asked.length = 0;
  await turn();
  expect(asked).toEqual([['list-trash', 'names', '/local/.docker', '/local/other']]);
});

test('a host that was well in between is named again when it fails', async () => {
  let well = false;
  const { emptying, failures } = emptyingOf(
    async (host) => {
      if (!well && host === 'asahi') throw new Error('no route');
      return '';
    },
    ['asahi'],
  );
  await vi.advanceTimersByTimeAsync(30 * MINUTE);
  expect(failures).toHaveLength(1);
  well = true;
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  well = false;
  await vi.advanceTimersByTimeAsync(20 * MINUTE);
  expect(failures).toHaveLength(2);
  await emptying.stop();
});
