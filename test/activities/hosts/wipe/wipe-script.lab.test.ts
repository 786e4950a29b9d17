import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { inputOf } from '../../../../activities/hosts/wipe/tree.ts';
import type { WipeEntry } from '../../../../domain/gates/wipe.ts';
import { entryOf } from '../../../support/plans.ts';
import { refOf, startFleet } from '../fleet.ts';
import { entriesNamed } from './hostile.ts';

/**
 * Calls the deleting script with input that its caller never passes: the script checks everything itself. Each refusal
 * comes before the first deletion.
 */
let fleet: Awaited<ReturnType<typeof startFleet>>;
const TOP = '/root/btrfs-toplevel';
const exec = (command: string) => fleet.lab.exec('oloroso', command);
const everything = () =>
  exec(`cd ${TOP}; find csehome outside -printf '%p %i %y %m %U %T@\\0' | sort -z | sha256sum; ls / | sha256sum`);
let before: string;
let round = 0;

beforeAll(async () => {
  fleet = await startFleet({ name: 'script', hosts: ['asahi'] });
  await exec(
    `mountpoint -q ${TOP} || mount ${TOP}; mkdir -p ${TOP}/outside/eve; touch ${TOP}/outside/eve/file; ln -s /csehome /linked 2>/dev/null
    ln -s /csehome ${TOP}/linked; mkdir /csehome/eve; echo x >/csehome/eve/file`,
  );
});
afterAll(async () => {
  await fleet?.stop();
});
beforeEach(async () => {
  before = await everything();
});

interface Asked {
  readonly dir?: string;
  readonly subvolume?: string;
  readonly count?: number;
  readonly guarded?: readonly string[];
  /** Uids of exempt accounts, and accounts that approvers waived: most files here are root's. */
  readonly uids?: readonly string[];
  readonly waived?: readonly string[];
  readonly exempt?: readonly string[];
  readonly names?: readonly string[];
  /** Default: what is in /csehome under these names. */
  readonly entries?: readonly WipeEntry[];
}
const wipe = async ({
  dir = '/csehome',
  subvolume = 'csehome',
  names = ['eve'],
  count,
  guarded = ['bacchus', 'root'],
  uids = [],
  waived = ['root'],
  exempt = [...guarded, '--', 'prof', '--', ...uids, '--', ...waived],
  entries,
}: Asked) =>
  await fleet.remote.job('oloroso', refOf('script', ++round), {
    name: 'wipe',
    args: [dir, subvolume, TOP, String(count ?? names.length), ...exempt],
    input: inputOf(entries ?? (await entriesNamed(fleet.remote, 'oloroso', names))),
  });

it.each<[string, Asked, RegExp]>([
  ['a protected name', { names: ['eve', 'bacchus'] }, /bacchus is protected or kept, but is among the names to delete/],
  ['a kept name', { names: ['eve', 'prof'] }, /prof is protected or kept, but is among the names to delete/],
  ['the directory itself', { names: ['.'] }, /\. is not a name inside/],
  ['the directory above', { names: ['eve', '..'] }, /\.\. is not a name inside/],
  ['a path', { names: ['bacchus/deep'] }, /bacchus\/deep is not a name inside/],
  ['a path out of it', { names: ['../outside'] }, /is not a name inside/],
  ['a path from the top', { names: ['/etc'] }, /is not a name inside/],
  ['a name that is empty', { names: ['eve', ''] }, /'' is not a name inside/],
  ['names that were cut off', { names: ['eve'], count: 2 }, /holds 4 fields instead of 8/],
  ['more names than were approved', { names: ['eve', 'ara'], count: 1 }, /holds 8 fields instead of 4/],
  ['no protected name', { guarded: [] }, /no name is protected/],
  ['an unterminated list', { exempt: ['bacchus', 'prof'] }, /the lists of exempt accounts are not complete/],
  ['a list that was cut off', { exempt: ['bacchus', '--', 'prof', '--'] }, /lists of exempt accounts are not complete/],
  ['what root owns', { waived: [] }, /csehome\/eve belongs to the exempt account of uid 0, which no approval waived/],
  ['what an exempt uid owns', { uids: ['0'] }, /csehome\/eve belongs to the exempt account of uid 0/],
  ['an owner without a uid', { entries: [{ ...entryOf('eve'), uid: Number.NaN }] }, /NaN is not the uid of an owner/],
  ['an exempt entry with an empty name', { guarded: ['bacchus', ''] }, /an empty name cannot be exempt/],
  ['/', { dir: '/', subvolume: '', names: ['etc'] }, /is not a directory to wipe/],
  ['a directory with a slash at its end', { dir: '/csehome/' }, /is not a directory to wipe/],
  ['a way up in the directory', { dir: '/csehome/../csehome' }, /is not a directory to wipe/],
  ['a relative directory', { dir: 'csehome', subvolume: '' }, /is not a directory to wipe/],
  ['a directory behind a link', { dir: `${TOP}/linked` }, /leads to \/csehome by a symbolic link/],
  ['a missing directory', { dir: '/csehome/nowhere', subvolume: '' }, /cannot be entered/],
  ['another directory than the backed up', { dir: `${TOP}/outside` }, /is not the subvolume .* from which the backup/],
  ['a part of what was backed up', { dir: '/csehome/bacchus' }, /is not the subvolume/],
])('refuses %s, and deletes nothing', async (_, asked, reason) => {
  await expect(wipe(asked)).rejects.toThrow(reason);
  expect(await everything()).toBe(before);
});

it('refuses what a kept account owns under another name, and deletes it once approvers waived it', async () => {
  await exec('cd /csehome; mkdir imagenet; chown prof: imagenet');
  const names = ['eve', 'imagenet'];
  await expect(wipe({ names })).rejects.toThrow(/csehome\/imagenet belongs to the exempt account of uid \d+/);
  expect(await exec('ls -d /csehome/eve /csehome/imagenet | wc -l')).toBe('2');
  expect((await wipe({ names: ['imagenet'], waived: ['root', 'prof'] })).tail).toMatch(
    /wiped: 1 gone before: 0 left: 0/,
  );
});

it.each<[string, string, string]>([
  ['was made anew', 'mkdir fay', 'rmdir fay; mkdir fay'],
  [
    'was made anew as a subvolume',
    'btrfs -q subvolume create fay',
    'btrfs -q subvolume delete fay; btrfs -q subvolume create fay',
  ],
  ['was replaced by another home', 'mkdir fay gil', 'rmdir fay; mv gil fay'],
  ['has another owner', 'mkdir fay', 'chown erin: fay'],
  ['was made anew as a link', 'mkdir fay', 'rmdir fay; ln -s bacchus fay'],
])('leaves and names what %s under an approved name, and deletes the rest', async (_, prepare, change) => {
  await exec(`cd /csehome; ${prepare}; mkdir hal`);
  const entries = await entriesNamed(fleet.remote, 'oloroso', ['fay', 'hal']);
  await exec(`cd /csehome; ${change}`);
  const fay = () => exec("cd /csehome; find . -maxdepth 1 -name fay -printf '%i %U %y'");
  const there = await fay();
  const { tail } = await wipe({ names: ['fay', 'hal'], entries });
  expect(tail).toMatch(/^left: fay: another one than the approved/m);
  expect(tail).toMatch(/wiped: 1 gone before: 0 left: 1/);
  expect(await fay()).toBe(there);
  await exec('cd /csehome; btrfs -q subvolume delete fay 2>/dev/null || rm -r fay; [[ ! -e hal ]]');
});

it('proves the protected files afterwards, and fails if a process deleted one during the wipe', async () => {
  await exec(
    `cd /csehome; mkdir -p eve/many bacchus/theirs; (cd eve/many; touch {1..30000}); touch bacchus/theirs/file
    systemd-run -q --unit=thief bash -c 'while [[ -e /csehome/eve/many/30000 && -e /csehome/eve/many/1 ]]; do :; done; rm /csehome/bacchus/theirs/file'`,
  );
  await expect(wipe({})).rejects.toThrow(
    /protected or kept files in \/csehome changed during the wipe.*bacchus\/theirs.*Compare with the backup/s,
  );
});

it('reports files that were merely written to, and succeeds', async () => {
  await exec(
    `cd /csehome; mkdir -p eve/many; (cd eve/many; touch {1..30000})
    systemd-run -q --unit=writer bash -c 'while [[ -e /csehome/eve/many/30000 && -e /csehome/eve/many/1 ]]; do :; done; echo more >>/csehome/bacchus/NOTES.md'`,
  );
  const { tail } = await wipe({});
  expect(tail).toMatch(/changed: something in .*bacchus.* was written to meanwhile/);
});

it('proves the whole tree of every protected name, also if the administrator has another name', async () => {
  await exec(
    `cd /csehome; mkdir -p eve/many chief/deep; (cd eve/many; touch {1..30000}); touch chief/deep/file
    systemd-run -q --unit=other bash -c 'while [[ -e /csehome/eve/many/30000 && -e /csehome/eve/many/1 ]]; do :; done; rm /csehome/chief/deep/file'`,
  );
  await expect(wipe({ guarded: ['chief', 'root'], names: ['eve'] })).rejects.toThrow(
    /protected or kept files in \/csehome changed during the wipe.*chief\/deep/s,
  );
  await expect(wipe({ guarded: ['chief', 'root'], names: ['chief'] })).rejects.toThrow(/chief is protected or kept/);
});

it('proves only the first level of an exempt name, so that its owner can work meanwhile', async () => {
  await exec(
    `cd /csehome; mkdir -p eve/many prof/deep; (cd eve/many; touch {1..30000}); touch prof/deep/file
    systemd-run -q --unit=worker bash -c 'while [[ -e /csehome/eve/many/30000 && -e /csehome/eve/many/1 ]]; do :; done; rm /csehome/prof/deep/file'`,
  );
  expect((await wipe({})).tail).toMatch(/wiped: 1 gone before: 0 left: 0/);
});
