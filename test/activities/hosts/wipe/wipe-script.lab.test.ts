import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyTrash } from '../../../../activities/hosts/trash/empty-trash.ts';
import { listTrash, putBack } from '../../../../activities/hosts/trash/trash.ts';
import { inputOf, listTree } from '../../../../activities/hosts/wipe/tree.ts';
import { refuse } from '../../../../activities/failures.ts';
import type { Store } from '../../../../activities/store/store.ts';
import { loadSite } from '../../../../config/load.ts';
import type { WipeEntry } from '../../../../domain/gates/wipe.ts';
import { entryOf } from '../../../support/plans.ts';
import { onceIn, refOf, startFleet } from '../fleet.ts';
import { deepTree, entriesNamed, PLAN, trashDocker } from './hostile.ts';

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
  readonly plan?: string;
  /** Path and UUID. */
  readonly backup?: readonly [string, string];
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
  backup = ['', ''],
  plan = '',
}: Asked) =>
  await fleet.remote.job('oloroso', refOf('script', ++round), {
    name: 'wipe',
    args: [dir, subvolume, TOP, ...backup, String(count ?? names.length), '0', '', plan, ...exempt],
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

/** A backup, with the subvolumes nested in `nested`, as the activity takes it. */
const backUp = async (): Promise<[string, string]> => {
  const name = `2027-01-01-wipe-of-${++round}`;
  const args = ['take', TOP, 'csehome', 'backups/gpu', name, '0', `semester/backup-${name}`];
  const text = await fleet.remote.run('oloroso', { name: 'backup', args });
  return [/^path=(.*)$/m.exec(text)?.[1] ?? '', /^uuid=(.*)$/m.exec(text)?.[1] ?? ''];
};

it.each<[string, string, string]>([
  ['a file was written to', 'echo more >>gil/file', 'gil/file'],
  [
    'a file of the same size has its time set back',
    'touch -r gil/file /run/t; echo y >gil/file; touch -r /run/t gil/file',
    'gil/file',
  ],
  ['a nested subvolume was written to', 'echo more >>gil/sub/file', 'gil/sub/file'],
  ['a nested subvolume is new', 'btrfs -q subvolume create gil/late', 'gil/late'],
])('takes a last snapshot, and deletes nothing if %s since the backup', async (_, change, named) => {
  await exec(
    'cd /csehome; mkdir -p fay gil; echo x >fay/file; echo x >gil/file; btrfs -q subvolume create gil/sub; echo x >gil/sub/file',
  );
  const backup = await backUp();
  await exec(`cd /csehome; ${change}`);
  const names = ['fay', 'gil'];
  await expect(wipe({ names, backup })).rejects.toThrow(
    new RegExp(`exit status 65.*nothing was deleted: .* does not hold the current state of: ${named}`, 's'),
  );
  expect(await exec('cat /csehome/fay/file')).toBe('x');
  // The last snapshot holds it, with its nested subvolumes; the next try takes another one.
  const saved = `${backup[0]}.last`;
  expect(await exec(`btrfs property get -ts ${saved} ro; ls -d ${saved}/gil; ls ${saved}.nested/manifest`)).toContain(
    'ro=true',
  );
  expect(await exec(`cat ${saved}/gil/file ${saved}.nested/*/file`)).toBe(
    await exec('cat /csehome/gil/file /csehome/gil/sub/file'),
  );
  const again = await backUp();
  expect((await wipe({ names, backup: again })).tail).toMatch(
    /last snapshot: \S+\.last\nwiped: 2 gone before: 0 left: 0/,
  );
  expect(await exec(`cat ${again[0]}.last/fay/file`)).toBe('x');
});

it('leaves and names an entry that changes after the last snapshot', async () => {
  await exec(
    'cd /csehome; mkdir -p eve/many fay hal; (cd eve/many; touch {1..30000}); echo x >fay/file; ln fay/file hal/other',
  );
  const backup = await backUp();
  await exec(
    `systemd-run -q --unit=late bash -c 'while [[ -e /csehome/eve/many/30000 && -e /csehome/eve/many/1 ]]; do :; done; echo late >/csehome/fay/late'`,
  );
  const names = ['eve', 'hal', 'fay'];
  // The link that goes with hal changes fay/file too, but not what it holds.
  const { tail } = await wipe({ names, backup });
  expect(tail).toMatch(/^left: fay: it changed after the last snapshot: fay\/late$/m);
  expect(tail).toMatch(/wiped: 2 gone before: 0 left: 1/);
  expect(await exec('cat /csehome/fay/late')).toBe('late');
  await exec(`rm /csehome/fay/late; ls -d ${backup[0]}.last`);
  // The next try takes a snapshot of its own, and keeps the one of the first.
  expect((await wipe({ names, backup })).tail).toMatch(/last snapshot: \S+\.last-2\nwiped: 1 gone before: 2 left: 0/);
  expect(await exec(`ls ${backup[0]}.last/eve/many | wc -l; ls ${backup[0]}.last-2`)).toMatch(/^30000\n[^]*fay/);
});

it('leaves and names an entry that is written to between the last comparison and its move', async () => {
  await exec(
    `cd /csehome; mkdir -p eve/in fay; echo x >eve/in/file; btrfs -q subvolume create eve/sub; echo x >eve/sub/file; echo x >fay/file
    btrfs property set -ts / ro false; cat >/usr/local/bin/mv <<'LATE'\n#!/bin/bash
case "$*" in
'-nT -- ./eve '*) [[ -e /run/late ]] || echo late >>/csehome/eve/sub/file; touch /run/late ;;
esac
exec /usr/bin/mv "$@"\nLATE
    chmod 755 /usr/local/bin/mv; btrfs property set -ts / ro true`,
  );
  const backup = await backUp();
  const names = ['eve', 'fay'];
  const { tail } = await wipe({ names, backup, plan: PLAN });
  expect(tail).toMatch(/^left: eve: it changed while it was moved away: eve\/sub\/file$/m);
  expect(tail).toMatch(/wiped: 1 gone before: 0 left: 1/);
  expect(await exec('cat /csehome/eve/sub/file /csehome/eve/in/file; ls -A /csehome')).toMatch(
    /^x\nlate\nx\n(?!.*semester-trash)/s,
  );
  const again = await backUp();
  expect((await wipe({ names, backup: again, plan: PLAN })).tail).toMatch(/wiped: 1 gone before: 1 left: 0/);
  await exec('btrfs property set -ts / ro false; rm /usr/local/bin/mv; btrfs property set -ts / ro true');
});

it('takes a home out of its name before it deletes any of it: a backup never holds a half, and the rest goes later', async () => {
  await exec('cd /csehome; mkdir -p eve/many; (cd eve/many; touch {1..20000}); chown -R 12345 eve');
  const backup = await backUp();
  const killed = wipe({ backup, plan: PLAN }).catch((error: unknown) => error);
  const left = () => exec('find /csehome -path "*many/*" | wc -l');
  await exec(onceIn('(($(find /csehome -path "*many/*" | wc -l) < 20000))', "systemctl kill -s KILL 'semester-*'"));
  expect(await killed).toMatchObject({ type: 'CommandFailed' });
  expect(Number(await left())).toBeGreaterThan(0);
  // What a new backup holds under the name of a home is whole: here, nothing.
  const [half] = await backUp();
  expect(await exec(`ls -A ${half}`)).not.toMatch(/^eve$/m);
  const look = async (user: string) => {
    const names = [half, backup[0]].map((path) => `${path.split('/').at(-1)}\0`).join('');
    const args = [TOP, 'backups/gpu', `${TOP}/csehome`, user];
    return Buffer.from(
      await fleet.remote.run('oloroso', { name: 'restore-look', args, input: names }),
      'base64',
    ).toString();
  };
  expect((await look('eve')).split('\0')[0]).toBe(backup[0].split('/').at(-1));
  expect(await look('')).not.toContain('.semester-trash');
  expect((await listTree(fleet.remote, 'oloroso', '/csehome', 'names')).entries.map(({ name }) => name)).not.toContain(
    '.semester-trash',
  );
  // Where the plan is void now, the worker deletes the rest: that plan is the right to it.
  const site = async () => await loadSite(fleet.lab.siteFile);
  const binding = {
    storage: 'oloroso',
    home: '/csehome',
    docker: {},
    also: {},
    deferred: [],
    dockerDirectory: '/local/.docker',
  };
  const store = { getPlan: async () => ({ binding }), getNamed: async () => null } as unknown as Store;
  expect(await emptyTrash({ site, remote: fleet.remote, store, clock: () => new Date() }, 'oloroso')).toEqual([]);
  expect(await exec('ls -A /csehome/.semester-trash')).toBe('');
});

it('goes on with a deletion that was cut off', async () => {
  await exec(
    'cd /csehome; mkdir -p eve; echo x >eve/file; mkdir -p prof; ln eve/file prof/kept-link; chattr +i eve/file',
  );
  const first = await entriesNamed(fleet.remote, 'oloroso', ['eve']);
  expect((await wipe({ entries: first, plan: PLAN })).tail).toMatch(
    /^left: eve: .* is also \/csehome\/prof\/kept-link, which stays/m,
  );
  expect(await exec('ls -A /csehome/.semester-trash | wc -l; ls /csehome')).toMatch(/^1\n(?!.*eve)/);
  await exec('chattr -i /csehome/prof/kept-link');
  expect((await wipe({ entries: first, plan: PLAN })).tail).toMatch(/wiped: 0 gone before: 1 left: 0/);
  expect(
    await exec('cat /csehome/prof/kept-link; rm /csehome/prof/kept-link; [[ ! -e /csehome/.semester-trash ]]'),
  ).toBe('x');
});

it('moves nothing through a link that a user made under a name of its own', async () => {
  await exec(`cd /csehome; ln -s ${TOP}/outside .semester-deep; mkdir -p eve; ${deepTree('eve')}`);
  const entries = await entriesNamed(fleet.remote, 'oloroso', ['eve']);
  expect((await wipe({ entries, plan: PLAN })).tail).toMatch(/^left: eve: .*\n(.*\n)*wiped: 0 gone before: 0 left: 1/m);
  expect(await exec(`ls -A ${TOP}/outside`)).toBe('eve');
  await exec('rm /csehome/.semester-deep');
  expect((await wipe({ entries, plan: PLAN })).tail).toMatch(/wiped: 0 gone before: 1 left: 0/);
  expect(await exec('ls -A /csehome')).not.toContain('.semester');
});

it('deletes nothing if the backup is another one than the approved', async () => {
  await exec('mkdir -p /csehome/eve');
  const [path] = await backUp();
  await expect(wipe({ backup: [path, 'u'] })).rejects.toThrow(
    /is not the approved snapshot \(u\).*nothing was deleted/,
  );
  expect(await exec(`ls -d /csehome/eve ${path}.last 2>&1 || true`)).toMatch(
    /No such file.*\n\/csehome\/eve$|^\/csehome\/eve\n.*No such file/,
  );
});

it('proves the protected files afterwards, and fails if a process deleted one during the wipe', async () => {
  await exec(
    `cd /csehome; mkdir -p eve/many bacchus/theirs; (cd eve/many; touch {1..30000}); touch bacchus/theirs/file
    systemd-run -q --unit=thief bash -c 'while [[ -e /csehome/eve/many/30000 && -e /csehome/eve/many/1 ]]; do :; done; rm /csehome/bacchus/theirs/file'`,
  );
  await expect(wipe({})).rejects.toThrow(
    /protected or kept files in \/csehome vanished during the wipe.*bacchus\/theirs.*Compare with the backup/s,
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

it('reports a file that an editor saved by a rename as changed, not as lost', async () => {
  await exec(
    `cd /csehome; mkdir -p eve/many; (cd eve/many; touch {1..30000}); cp -p bacchus/NOTES.md /run/notes; echo saved >>/run/notes
    systemd-run -q --unit=editor bash -c 'cd /csehome
      while [[ -e eve/many/30000 && -e eve/many/1 ]]; do :; done; cp /run/notes bacchus/.NOTES.swp; mv bacchus/.NOTES.swp bacchus/NOTES.md'`,
  );
  const inode = await exec('stat -c %i /csehome/bacchus/NOTES.md');
  const { tail } = await wipe({});
  expect(tail).toMatch(/changed: something in .*bacchus.* was written to meanwhile\n.*wiped: 1/s);
  expect(await exec('tail -n 1 /csehome/bacchus/NOTES.md')).toBe('saved');
  expect(await exec('stat -c %i /csehome/bacchus/NOTES.md')).not.toBe(inode);
});

it('proves the whole tree of every protected name, also if the administrator has another name', async () => {
  await exec(
    `cd /csehome; mkdir -p eve/many chief/deep; (cd eve/many; touch {1..30000}); touch chief/deep/file
    systemd-run -q --unit=other bash -c 'while [[ -e /csehome/eve/many/30000 && -e /csehome/eve/many/1 ]]; do :; done; rm /csehome/chief/deep/file'`,
  );
  await expect(wipe({ guarded: ['chief', 'root'], names: ['eve'] })).rejects.toThrow(
    /protected or kept files in \/csehome vanished during the wipe.*chief\/deep/s,
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

describe('the trash of Docker data', () => {
  const DOCKER = '/local/.docker';
  const TRASH = '.semester-trash';
  const inDocker = (commands: string) => fleet.lab.exec('asahi', `set -e; cd ${DOCKER}; ${commands}`);
  const move = (names: readonly string[], seconds?: number) => trashDocker(fleet, `trash-${++round}`, names, seconds);
  const trashed = async () => (await listTrash(fleet.remote, 'asahi', [DOCKER]))[0]!;
  const names = async () => (await listTree(fleet.remote, 'asahi', DOCKER, 'names')).entries.map(({ name }) => name);
  const back = async () => {
    const entries = (await trashed()).entries.filter(({ state }) => state === 'kept');
    return await putBack(fleet.remote, 'asahi', refOf(`back-${++round}`), DOCKER, entries);
  };
  /** Names, kinds, modes, owners, sizes, times, inodes, contents, flags and read-only subvolumes of what is going. */
  const portrait = () =>
    inDocker(
      `shopt -s nullglob dotglob extglob
      set -- !(bacchus|root|prof|${TRASH})
      find "\${@/#/./}" -printf '%p|%y|%m|%U|%G|%s|%T@|%i|%l\\n' | sort; find "\${@/#/./}" -type f -print0 | sort -z | xargs -0 sha256sum
      lsattr -d "\${@/#/./}" 2>/dev/null | sort; find "\${@/#/./}" -inum 256 -exec btrfs property get -ts {} ro \\; | sort`,
    );
  /** Empties the trash as the worker does. */
  const empty = async (minFree = 0, stored = true) => {
    const site = async () => ({ ...(await loadSite(fleet.lab.siteFile)), wipe: { trash: 'P14D', minFree } });
    const getPlan = async (_: unknown, digest: string) => {
      if (!stored) throw refuse('PlanVoid', `there is no plan ${digest}`);
      return { binding: { docker: { asahi: [] }, also: {}, deferred: [], dockerDirectory: DOCKER } };
    };
    const store = { getPlan, getNamed: async () => null } as unknown as Store;
    // Another hour each time: the same entries would attach to the job of this hour.
    const clock = () => new Date(Date.now() + ++round * 3_600_000);
    return await emptyTrash({ site, remote: fleet.remote, store, clock }, 'asahi');
  };

  beforeEach(async () => {
    await inDocker(
      `shopt -s extglob dotglob nullglob; umount -R ./*/mnt 2>/dev/null || true
      for one in ./!(bacchus|root|prof); do chattr -Rf -ia -- "$one" || true
        find "$one" -inum 256 -exec btrfs property set -f -ts {} ro false \\; || true
        find "$one" -depth -inum 256 -exec btrfs -q subvolume delete {} \\; 2>/dev/null || true; rm -rf -- "$one"; done`,
    );
  });

  const HOSTILE = [
    'eve',
    'two\nlines',
    '-rf',
    '$(reboot)',
    'sub',
    'frozen',
    'locked',
    'log',
    'file',
    'link',
    'n'.repeat(255),
  ];
  const makeHostile = () =>
    inDocker(
      `mkdir "$(printf 'two\\nlines')" ./-rf '$(reboot)' locked log "$(printf 'n%.0s' {1..255})"; echo x >'$(reboot)/f'; ln -s bacchus link; echo y >file
      btrfs -q subvolume create eve; btrfs -q subvolume create eve/deep; echo z >eve/deep/f; btrfs -q subvolume snapshot -r eve/deep eve/ro
      btrfs -q subvolume create sub; echo s >sub/f; btrfs -q subvolume create frozen; echo i >frozen/f; btrfs property set -ts frozen ro true
      mkdir locked/in; echo l >locked/in/f; chattr +i locked/in/f locked; chattr +a log; chattr +i file; chown 12345:12345 eve sub`,
    );

  it('holds every kind of entry under its own inode, out of reach of users, and gives it back unchanged', async () => {
    await makeHostile();
    const was = await portrait();
    expect(await move(HOSTILE)).toMatch(new RegExp(`wiped: ${HOSTILE.length} gone before: 0 left: 0`));
    expect(await names()).toEqual(['bacchus', 'root']);
    expect(await inDocker(`stat -c '%U %a %F' ${TRASH}; runuser -u erin -- ls ${TRASH} 2>&1 || true`)).toMatch(
      /^root 700 directory\n.*Permission denied/,
    );
    const { entries, state } = await trashed();
    expect(state).toBe('ours');
    expect(entries.find(({ name }) => name === 'two%0Alines')).toMatchObject({ semester: '2027-spring', plan: PLAN });
    expect(entries.every(({ since, until, state: is }) => until - since === 3600 && is === 'kept')).toBe(true);
    // Again, by the same or another attempt: nothing is left to do, and nothing is lost.
    expect(await move(HOSTILE)).toMatch(/wiped: 0 gone before: 11/);
    expect(await back()).toEqual([]);
    expect(await portrait()).toBe(was);
    expect((await trashed()).entries).toEqual([]);
  });

  it('is refused by name where a user made a directory or a link under its name, or it is another subvolume', async () => {
    for (const plant of [
      `mkdir -m 700 ${TRASH}; chown erin: ${TRASH}`,
      `mkdir -m 755 ${TRASH}`,
      `mkdir -m 700 bacchus/theirs; ln -s bacchus/theirs ${TRASH}`,
      `btrfs -q subvolume create ${TRASH}; chmod 700 ${TRASH}`,
    ]) {
      await inDocker(`mkdir eve; echo x >eve/f; ${plant}`);
      await expect(move(['eve'])).rejects.toThrow(
        /\.semester-trash is not the trash of this service.*nothing was moved/,
      );
      expect((await trashed()).state).toBe('foreign');
      expect(await names()).toContain(TRASH);
      expect(
        await inDocker(`cat eve/f; rm -r eve; rm -rf bacchus/theirs; rmdir ${TRASH} 2>/dev/null || rm ${TRASH}`),
      ).toBe('x');
    }
    await inDocker(`chmod 777 .; mkdir eve`);
    await expect(move(['eve'])).rejects.toThrow(/users can rename entries of \/local\/\.docker/);
    await inDocker('chmod 755 .');
  });

  it('takes no mount, copies nothing from another file system, and is no entry itself', async () => {
    await inDocker('mkdir -p eve/mnt fay; mount -t tmpfs tmpfs eve/mnt; echo x >eve/mnt/x');
    await expect(move(['eve', 'fay'])).rejects.toThrow(/mounted at \/local\/\.docker\/eve\/mnt/);
    expect(await inDocker('cat eve/mnt/x; umount eve/mnt; ls -d fay')).toBe('x\nfay');
    await move(['eve', 'fay']);
    const itself = inputOf([{ name: TRASH, owner: 'root', uid: 0, object: 'inode 1', born: '0' }]);
    const args = [DOCKER, '', TOP, '', '', '1', '0', '', '', 'bacchus', '--', 'prof', '--', '--', 'root'];
    const job = fleet.remote.job('asahi', refOf('itself', ++round), { name: 'wipe', args, input: itself });
    await expect(job).rejects.toThrow(/is the trash itself: nothing was deleted/);
  });

  it('loses nothing when the move is killed, and goes on', async () => {
    const many = Array.from({ length: 150 }, (_, n) => `user${n}`);
    await inDocker('for n in {0..149}; do mkdir user$n; echo $n >user$n/f; done');
    const killed = move(many).catch((error: unknown) => error);
    const gone = async () => 150 - Number(await inDocker('ls -d user* 2>/dev/null | wc -l'));
    await inDocker(onceIn('names=(user*); ((${#names[@]} < 147))', "systemctl kill -s KILL 'semester-*'"));
    expect(await killed).toMatchObject({ type: 'CommandFailed' });
    const contents = () => inDocker(`cat user*/f ${TRASH}/*/data/f 2>/dev/null | sort -n | sha256sum; true`);
    const all = await inDocker('seq 0 149 | sha256sum');
    expect(await gone()).toBeLessThan(150);
    expect(await contents()).toBe(all);
    await move(many);
    expect(await gone()).toBe(150);
    expect(await contents()).toBe(all);
  });

  it('goes on with a record whose move was cut off: it keeps the flags, and its time begins anew', async () => {
    await inDocker('mkdir eve; chattr +i eve');
    await move(['eve'], 1);
    // As if the host had lost its power after the flag was cleared and before the rename.
    await inDocker(`mv ${TRASH}/*/data eve`);
    expect((await trashed()).entries).toMatchObject([{ state: 'moving', name: 'eve' }]);
    await move(['eve'], 3600);
    const [entry] = (await trashed()).entries;
    expect(entry).toMatchObject({ state: 'kept' });
    expect(entry!.until - entry!.since).toBe(3600);
    // As if it had lost its power after the rename back, with the record still there.
    const record = await inDocker(`cp -r ${TRASH} /run/copy; rm -rf /run/copy/*/data; echo ok`);
    expect(record).toBe('ok');
    expect(await back()).toEqual([]);
    await inDocker(`cp -r /run/copy/. ${TRASH}; rm -r /run/copy`);
    expect(await putBack(fleet.remote, 'asahi', refOf(`back-${++round}`), DOCKER, [entry!])).toEqual([]);
    expect(await inDocker('lsattr -d eve')).toMatch(/^-*i-/);
    expect((await trashed()).entries).toEqual([]);
  });

  it('puts nothing over a name that is in use again', async () => {
    await inDocker('mkdir eve; echo old >eve/f');
    await move(['eve']);
    await inDocker('mkdir eve; echo new >eve/f');
    expect(await back()).toEqual([expect.stringMatching(/eve.*in.*use.*again/)]);
    expect(await inDocker(`cat eve/f ${TRASH}/*/data/f`)).toBe('new\nold');
  });

  it('is emptied when the time of an entry is over, of that entry only, and only of what a stored plan names', async () => {
    await makeHostile();
    await inDocker('mkdir -p late prof; echo late >late/f');
    await move(HOSTILE, 1);
    await move(['late'], 3600);
    const isOver = async () => {
      const { entries, now } = await trashed();
      return entries.every(({ name, until }) => name === 'late' || until <= now);
    };
    await expect.poll(isOver, { timeout: 10_000 }).toBe(true);
    expect(await empty(0, false)).toHaveLength(HOSTILE.length);
    expect((await trashed()).entries).toHaveLength(HOSTILE.length + 1);
    expect(await empty()).toEqual([]);
    expect((await trashed()).entries).toMatchObject([{ name: 'late', state: 'kept' }]);
    expect(await inDocker(`cat ${TRASH}/*/data/f; btrfs subvolume list -o . | wc -l`)).toBe('late\n0');
    expect(await empty()).toEqual([]);
  });

  it('keeps an immutable file that has a name outside, and says so', async () => {
    await inDocker('mkdir -p eve prof; echo x >prof/f; ln prof/f eve/f; chattr +i prof/f');
    await move(['eve'], 1);
    await expect.poll(async () => (await trashed()).entries[0]!.until < Date.now() / 1000).toBe(true);
    expect(await empty()).toEqual([expect.stringContaining('is also /local/.docker/prof/f, which stays')]);
    expect(await inDocker('lsattr prof/f; chattr -i prof/f')).toMatch(/^-*i-/);
    expect((await trashed()).entries).toMatchObject([{ state: 'deleting' }]);
    // Half-deleted data never comes back.
    expect(await back()).toEqual([]);
    expect(await empty()).toEqual([]);
    expect(await inDocker(`ls -A ${TRASH}; cat prof/f; rm -r prof`)).toBe('x');
  });

  it('is emptied early while too little is free, the oldest first, and no more than that', async () => {
    const [size, free] = (await inDocker('df --output=size,avail -B1 . | tail -n 1')).trim().split(/\s+/).map(Number);
    const part = Math.ceil(size! * 0.04);
    await inDocker(
      `mkdir first second; head -c ${part} /dev/urandom >first/f; head -c ${part} /dev/urandom >second/f; sync -f .`,
    );
    await move(['first']);
    await expect.poll(async () => (await trashed()).entries[0]!.since < Math.floor(Date.now() / 1000)).toBe(true);
    await move(['second']);
    await empty(1);
    expect((await trashed()).entries).toHaveLength(2);
    await empty(Math.floor((free! * 100) / size!) - 5);
    expect((await trashed()).entries).toMatchObject([{ name: 'second' }]);
  });

  it('is not made where the site turns it off: the data is deleted at once', async () => {
    await makeHostile();
    expect(await move(HOSTILE, 0)).toMatch(new RegExp(`wiped: ${HOSTILE.length} gone before: 0 left: 0`));
    expect(await inDocker('ls -A')).toBe('bacchus\nroot');
    expect((await trashed()).state).toBe('none');
  });
});
