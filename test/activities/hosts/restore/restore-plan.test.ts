import { expect, test } from 'vitest';
import { planRestore } from '../../../../activities/hosts/restore/restore-plan.ts';
import type { HostDependencies } from '../../../../activities/hosts/dependencies.ts';
import type { Site } from '../../../../domain/site.ts';
import { fakeRemote } from '../fake-remote.ts';

const zeroEnded = (fields: readonly (string | number)[]) =>
  Buffer.from(fields.map((field) => `${field}\0`).join('')).toString('base64');

/** The backups that a restore looks into, the newest first. */
async function sourcesOf(user: string | null, from: string | null = null): Promise<readonly string[]> {
  const made = ['2027-02-11-wipe', '2027-02-11-wipe.last', '2027-02-11-wipe.last-2', '2027-02-11-wipe.last-2-keep'];
  const looked: string[] = [];
  const remote = fakeRemote(({ name, input }) => {
    if (name === 'list-backups')
      return zeroEnded(made.flatMap((path, at) => [path, `u${at}`, 'home', '', 'true', at, 100 + at]));
    if (name === 'restore-look') looked.push(...String(input).split('\0').slice(0, -1));
    return zeroEnded(['']);
  });
  const layout = { toplevel: '/top', backups: 'backups', home: '/csehome', homeSubvolume: 'csehome' };
  const site = async () => ({ storage: { name: 'oloroso' }, hosts: [], layout }) as unknown as Site;
  const deps = { site, remote, clock: () => new Date() } as unknown as HostDependencies;
  const restore = { site: 'lab', name: 'r1', startedBy: 'alice', user, from, to: null };
  await expect(planRestore(deps)({ restore })).rejects.toMatchObject({ type: 'VerificationFailed' });
  return looked;
}

test('the last snapshot of a second try, which lacks what the first one deleted, is a source only by its name', async () => {
  const keep = '2027-02-11-wipe.last-2-keep';
  expect(await sourcesOf('eve')).toEqual([keep, '2027-02-11-wipe.last', '2027-02-11-wipe']);
  expect(await sourcesOf(null)).toEqual([keep, '2027-02-11-wipe']);
  expect(await sourcesOf('eve', '2027-02-11-wipe.last-2')).toEqual(['2027-02-11-wipe.last-2']);
});
