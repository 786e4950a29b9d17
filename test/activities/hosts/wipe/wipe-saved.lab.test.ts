import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startHostile } from './hostile.ts';

/** Rule 2: data written after the backup, in any way, is in no backup. The wipe stops and names it. */
let site: Awaited<ReturnType<typeof startHostile>>;
const KEEPERS = 'bacchus\nprof';

beforeAll(async () => {
  site = await startHostile();
  await site.wipe('the-first');
});
afterAll(async () => {
  await site?.stop();
});
beforeEach(async () => {
  await site.clear();
});

const inHomes = (commands: string) => site.exec(`set -e; cd /csehome; ${commands}`);

it.each([
  ['a file that was written to', 'echo more >>eve/file', 'eve/file'],
  [
    'one whose time was set back',
    'touch -r eve/file /run/time; echo longer >eve/file; touch -r /run/time eve/file',
    'eve/file',
  ],
  [
    'one of the same size whose time was set back',
    'touch -r eve/file /run/time; echo y >eve/file; touch -r /run/time eve/file',
    'eve/file',
  ],
  ['a new file', 'echo x >eve/dir/new', 'eve/dir/new'],
  ['a new file of an old time', 'touch -d 2001-02-03 eve/new', 'eve/new'],
  ['a file in a nested subvolume', 'echo more >>eve/sub/file', 'eve/sub/file'],
  ['a new subvolume', 'btrfs -q subvolume create eve/dir/late', 'eve/dir/late'],
  ['another link', 'ln -sfn elsewhere eve/link', 'eve/link'],
  ['a home that was made anew', 'mv fay eve/dir; mkdir fay; touch fay/x', 'fay/x'],
])('%s', async (kind, change, named) => {
  await inHomes(
    'mkdir -p eve/dir fay; echo x >eve/file; ln -s dir eve/link; btrfs -q subvolume create eve/sub; echo x >eve/sub/file',
  );
  const plan = await site.plan();
  await inHomes(change);
  const failure = site.approved(kind, plan);
  await expect(failure).rejects.toMatchObject({ type: 'PlanVoid' });
  await expect(failure).rejects.toThrow(`does not hold the current state of ${named} in /csehome`);
  expect(await site.homes()).toBe(`bacchus\neve\nfay\nprof`);
  await site.wipe(`${kind}, backed up`);
  expect(await site.homes()).toBe(KEEPERS);
});

it('ignores flags, removed links and writes by exempt users', async () => {
  await inHomes('mkdir eve; echo x >eve/file; ln eve/file eve/other; chattr +i eve/file; mkdir eve/empty');
  const plan = await site.plan();
  await inHomes('chattr -i eve/file; rm eve/other; rmdir eve/empty; chmod 700 eve; touch prof/today; rm prof/today');
  const { summary } = await site.approved('no change', plan);
  expect(await site.homes()).toBe(KEEPERS);
  // The last snapshot belongs to the backup, and is none of its own.
  expect(summary).toMatch(/; last snapshot \S+-wipe(-\d+)?\.last/);
  const { rows } = await site.hosts.showBackups({});
  expect(rows.map(({ name }) => name).filter((name) => name.includes('.last'))).toEqual([]);
});
