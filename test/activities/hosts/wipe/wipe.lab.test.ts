import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listSnapshots } from '../../../../activities/hosts/image/snapshots.ts';
import { loadSite } from '../../../../config/load.ts';
import { onceIn, refOf } from '../fleet.ts';
import { deepFile, deepTree, keep, startHostile } from './hostile.ts';

/** R5 against trees that make a plain `rm -rf` fail or go too far, each kind in its own case. */
let site: Awaited<ReturnType<typeof startHostile>>;
let before: string;
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
  before = await site.untouched();
});
afterEach(async () => {
  if ((await site.untouched()) !== before) throw new Error('something that is kept, or outside, was touched');
});

const inHomes = (commands: string) => site.exec(`set -e; cd /csehome; ${commands}`);

describe('what the wipe deletes whole, without touching anything else', () => {
  it.each([
    [
      'nested writable subvolumes',
      'btrfs -q subvolume create eve; btrfs -q subvolume create eve/a; btrfs -q subvolume create eve/a/b; echo x >eve/a/b/x',
    ],
    [
      'nested read-only subvolumes',
      'mkdir eve; btrfs -q subvolume create eve/a; btrfs -q subvolume create eve/a/b; echo x >eve/a/b/x; btrfs -q subvolume snapshot -r eve/a eve/frozen; btrfs property set -ts eve/a/b ro true; btrfs property set -ts eve/a ro true',
    ],
    [
      'a subvolume below an immutable directory',
      'mkdir -p eve/locked; btrfs -q subvolume create eve/locked/sub; chattr +i eve/locked',
    ],
    [
      'an immutable directory in a subvolume, with another in it',
      'mkdir eve; btrfs -q subvolume create eve/sub; mkdir eve/sub/dir; btrfs -q subvolume create eve/sub/dir/inner; chattr +i eve/sub/dir',
    ],
    ['immutable files and directories', 'mkdir -p eve/dir; echo x >eve/dir/file; chattr +i eve/dir/file eve/dir eve'],
    ['append-only files and directories', 'mkdir -p eve/dir; echo x >eve/dir/log; chattr +a eve/dir/log eve/dir'],
    [
      'an immutable file with two names in approved homes',
      'mkdir eve fay; echo x >eve/file; ln eve/file fay/file; chattr +i fay/file',
    ],
    ['a symbolic link to /', 'mkdir eve; ln -s / eve/root; ln -s / root-of-all; chattr +i eve'],
    [
      'a symbolic link to /csehome/bacchus',
      'mkdir eve; ln -s /csehome/bacchus eve/theirs; ln -s bacchus ours; ln -s bacchus/deep deep',
    ],
    [
      'names with newlines',
      `mkdir "$(printf 'two\\nlines')" eve; mkdir "eve/$(printf '\\nbacchus\\n')"; echo x >"eve/$(printf 'a\\nb')"; chattr +i "eve/$(printf 'a\\nb')"`,
    ],
    [
      'names with leading dashes',
      'mkdir ./-rf ./--no-preserve-root eve; echo x >eve/-i; mkdir eve/--; chattr +i ./eve/-i',
    ],
    [
      'names of 255 bytes',
      `name=$(printf 'n%.0s' {1..255}); mkdir "$name"; echo x >"$name/$name"; chattr +i "$name/$name"`,
    ],
    [
      'names that are no UTF-8',
      `mkdir "$(printf '\\377\\376')"; echo x >"$(printf '\\377\\376/\\200')"; chattr +i "$(printf '\\377\\376/\\200')"`,
    ],
    ['names that a shell would run', `mkdir '$(reboot)' 'a b' '*' "it's" '\`id\`'`],
    ['hard links into bacchus', 'mkdir eve; ln bacchus/deep/file eve/file; ln bacchus/NOTES.md eve/notes'],
    [
      'sockets, fifos and devices',
      `mkdir eve; mkfifo eve/fifo; mknod eve/null c 1 3 || true
      systemd-run -q --unit=listener systemd-socket-activate -l /csehome/eve/socket cat; until [ -S eve/socket ]; do sleep 0.1; done; systemctl stop listener; [ -S eve/socket ]`,
    ],
    ['homes named bacchus2, BACCHUS and .bacchus', 'mkdir bacchus2 BACCHUS .bacchus "bacchus "; echo x >BACCHUS/file'],
    ['200,000 files', 'mkdir eve; cd eve; mkdir {1..200}; for d in {1..200}; do (cd $d; touch {1..1000}); done'],
  ])('%s', async (kind, prepare) => {
    await inHomes(prepare);
    const proof = await site.wipe(kind);
    expect(await site.homes()).toBe(KEEPERS);
    expect(proof.how).toBe('service');
  });
});

describe('what stops the wipe, or stays, and is named', () => {
  it.each([
    ['a bind mount of bacchus', 'mkdir -p eve/mnt fay; mount --bind bacchus eve/mnt', 'eve/mnt'],
    ['a tmpfs', 'mkdir -p eve/mnt fay; mount -t tmpfs tmpfs eve/mnt; echo x >eve/mnt/x', 'eve/mnt'],
    // The plan saw what is mounted there, so the home below the mount is not the approved one.
    ['a bind mount on the home itself', 'mkdir eve fay; mount --bind bacchus eve', 'eve', 'bacchus\neve\nprof'],
  ])('%s in a home', async (kind, prepare, mount, left = KEEPERS) => {
    await inHomes(prepare);
    const plan = await site.plan();
    expect(plan.warnings.join()).toContain(`/csehome/${mount}`);
    await expect(site.approved(kind, plan)).rejects.toThrow(
      `a file system is mounted at /csehome/${mount} : nothing was deleted; findmnt, umount, then retry`,
    );
    expect(await site.homes()).toBe('bacchus\neve\nfay\nprof');
    await inHomes(`mountpoint -q ${mount}; umount ${mount}`);
    await site.approved(kind, plan, 2);
    expect(await site.homes()).toBe(left);
  });

  it('an immutable file with a hard link in bacchus', async () => {
    await inHomes(
      'chattr -i bacchus/flagged; mkdir eve fay; ln bacchus/flagged eve/flagged; chattr +i bacchus/flagged',
    );
    const plan = await site.plan();
    const failure = site.approved('shared', plan);
    await expect(failure).rejects.toThrow(
      /1 of 2 are still in \/csehome: eve \(what is left of it: .*bacchus\/flagged, which stays: chattr -ia it by hand/,
    );
    expect(await inHomes('lsattr bacchus/flagged')).toMatch(/^-*i-/);
    await inHomes('chattr -i bacchus/flagged; rm .semester-trash/*/data/flagged; chattr +i bacchus/flagged');
    await site.approved('shared', plan, 2);
    expect(await site.homes()).toBe(KEEPERS);
  });

  it('a home that was created after the plan', async () => {
    await inHomes('mkdir eve');
    const plan = await site.plan();
    await inHomes('mkdir newcomer');
    const proof = await site.approved('newcomer', plan);
    expect(proof.summary).toContain('not approved and left alone: newcomer');
    expect(await inHomes('rmdir newcomer; ls -A')).toBe(KEEPERS);
  });

  it('a home that was deleted and made again after the plan', async () => {
    await inHomes('mkdir eve fay; echo old >eve/file; btrfs -q subvolume create gil');
    const plan = await site.plan();
    await inHomes('rm -r eve; mkdir eve; btrfs -q subvolume delete gil; btrfs -q subvolume create gil');
    const proof = await site.approved('made anew', plan);
    expect(proof.summary).toContain(
      'left alone: eve (another one than the approved), gil (another one than the approved)',
    );
    expect(proof.facts).toMatchObject({ approved: 3, deleted: 1, appeared: 2 });
    expect(await inHomes('rmdir eve; btrfs -q subvolume delete gil; ls -A')).toBe(KEEPERS);
  });
});

it('backs up, restores and wipes paths and subvolumes deeper than PATH_MAX and files of impossible times, and makes images beside them', async () => {
  const { hosts, remote } = site;
  const top = '/root/btrfs-toplevel';
  const portrait = () => inHomes(`find eve -mindepth 1 -printf '%y %m %U %T@ %P\\n' | sort; ${deepFile('eve')}`);
  // Times that no calendar of ours knows: btrfs keeps what a user sets.
  await inHomes(
    `mkdir eve fay; chown 4242 eve; echo x >fay/file; echo f >eve/future; touch -d @99999999999999 eve/future
    echo p >eve/past; touch -d @-99999999999999 eve/past; ${deepTree('eve')}`,
  );
  const portrayed = await portrait();
  expect(portrayed).toContain(' 99999999999999.0');
  expect(Math.max(...portrayed.split('\n').map((line) => line.length))).toBeGreaterThan(12_000);
  await site.lab.exec(
    'asahi',
    `mount ${top} 2>/dev/null; mkdir -p /local/.docker/eve; ${deepTree('/local/.docker/eve')}`,
  );

  const plan = await site.plan();
  const { backup } = site.proofs([]);
  expect(backup.facts.nested).toBe(2);
  // Later runs look at this backup again and list it.
  expect((await hosts.takeBackup({ ref: refOf('found'), since: '2020-01-01T00:00:00Z', keep })).facts.uuid).toBe(
    backup.facts.uuid,
  );
  expect((await hosts.showBackups({})).rows.map(({ name }) => name)).toContain(backup.facts.name);
  const snapshots = await listSnapshots(remote, await loadSite(site.lab.siteFile), 'asahi');
  expect(snapshots.map(({ name }) => name)).toContain('base');
  expect(await remote.run('asahi', { name: 'look-root', args: [top, 'semester'] })).toMatch(/^uuid=.{36}$/m);

  await site.approved('deep', plan);
  expect(await site.homes()).toBe(KEEPERS);
  await hosts.wipeDocker({ ref: refOf('deep'), plan: plan.digest, host: 'asahi', proofs: site.proofs(plan.waivable) });
  expect(await site.lab.exec('asahi', 'ls -A --ignore=.semester-trash /local/.docker')).toBe('bacchus\nroot');

  const request = { site: 'lab', name: 'deep', startedBy: 'alice', user: 'eve', from: null, to: null };
  const asked = await hosts.planRestore({ restore: request });
  await hosts.restoreHomes({ ref: refOf('restore'), plan: asked.digest });
  expect(await portrait()).toBe(portrayed);
});

const numbers = Array.from({ length: 40 }, (_, n) => n);

it('follows no directory that is swapped for a symbolic link during the wipe', async () => {
  // The same names below, flagged alike: a walk by path would clear the flag of bacchus's file, and then delete it.
  await inHomes(
    'for n in {0..39}; do mkdir -p eve$n/d/deep; echo x >eve$n/d/flagged; echo x >eve$n/d/deep/file; chattr +i eve$n/d/flagged eve$n/d/deep/file; done',
  );
  const stop = await site.swap(Object.fromEntries(numbers.map((n) => [`eve${n}/d`, '../bacchus'])));
  await site.script(
    'swapped directories',
    numbers.map((n) => `eve${n}`),
  );
  await stop();
  expect(await inHomes('lsattr bacchus/flagged')).toMatch(/^-*i-/);
  await site.wipe('after they were swapped');
  expect(await site.homes()).toBe(KEEPERS);
});

it('follows no subvolume that is swapped for a symbolic link during the wipe: btrfs would, into a backup', async () => {
  const victims = '/root/btrfs-toplevel/victims';
  await inHomes(
    `mkdir -p eve ${victims}; cd eve
    for n in {0..39}; do btrfs -q subvolume create s$n; btrfs -q subvolume snapshot -r s$n ${victims}/v$n; done`,
  );
  const stop = await site.swap(Object.fromEntries(numbers.map((n) => [`eve/s${n}`, `${victims}/v${n}`])));
  await site.script('swapped subvolumes', ['eve']);
  await stop();
  const flags = await inHomes(`cd ${victims}; for v in *; do btrfs property get -ts $v ro; done | sort | uniq -c`);
  expect(flags.trim()).toBe('40 ro=true');
  await site.wipe('after those were swapped');
  expect(await site.homes()).toBe(KEEPERS);
});

it('does not detect a mount during the wipe: a bind mount of bacchus is like any directory of the same file system', async () => {
  await inHomes('mkdir -p eve/many eve/mnt; (cd eve/many; touch {1..30000})');
  const plan = await site.plan();
  await inHomes(
    `systemd-run -qG --unit=mounter -p RuntimeMaxSec=120 bash -c 'cd /csehome; while [[ -e eve ]]; do :; done; until mount --bind bacchus .semester-trash/*.gone/data/mnt; do :; done; touch /run/mounted; sleep 100'`,
  );
  await site.approved('mounted meanwhile', plan);
  expect(await site.homes()).toBe(KEEPERS);
  // The mount existed, and went with the directory that it lay on.
  expect(
    await inHomes(
      'systemctl is-active mounter; systemctl stop mounter; ls /run/mounted; grep -c data/mnt /proc/self/mountinfo || true',
    ),
  ).toBe('active\n/run/mounted\n0');
});

it('works on a full file system, though the backup keeps all space in use', async () => {
  await inHomes(
    'mkdir -p eve/dir; head -c 20M /dev/urandom >eve/dir/big; for n in {1..500}; do head -c 1900 /dev/zero >eve/dir/$n; done',
  );
  const plan = await site.plan();
  await inHomes(
    `mkdir /root/btrfs-toplevel/filler; cd /root/btrfs-toplevel/filler; set +e
    for size in 512M 64M 8M 1M 64K 4K; do n=0; while fallocate -l $size $size.$((n++)) 2>/dev/null; do :; done; done
    n=0; while head -c 1900 /dev/zero >small.$((n++)); do :; done 2>/dev/null; sync -f .; true`,
  );
  await expect(inHomes('head -c 100000 /dev/zero >bacchus-not; sync -f .')).rejects.toThrow();
  await inHomes('rm -f bacchus-not');
  await site.approved('full', plan);
  expect(await site.homes()).toBe(KEEPERS);
});

it('continues after its unit is killed', async () => {
  await inHomes('for h in {1..60}; do mkdir home$h; (cd home$h; touch {1..1500}); done');
  const plan = await site.plan();
  const killed = site.approved('killed', plan).catch((error: unknown) => error);
  const count = async () => Number(await inHomes('ls -d home* 2>/dev/null | wc -l'));
  await inHomes(onceIn('homes=(home*); ((${#homes[@]} < 60))', `systemctl kill -s KILL 'semester-*'`));
  expect(await killed).toMatchObject({ type: 'CommandFailed' });
  const left = await count();
  expect(left).toBeGreaterThan(0);
  const proof = await site.approved('killed', plan, 2);
  expect(proof.facts).toMatchObject({ approved: 60, deleted: left });
  expect(await site.homes()).toBe(KEEPERS);
});

it('continues after the host lost its power', async () => {
  await inHomes('for h in {1..60}; do mkdir home$h; (cd home$h; touch {1..1500}); done; sync -f .');
  const plan = await site.plan();
  const wiping = site.approved('power', plan).catch((error: unknown) => error);
  await inHomes(onceIn('homes=(home*); ((${#homes[@]} < 60))', 'true'));
  await site.lab.powerCut('oloroso');
  await site.lab.powerOn('oloroso');
  await inHomes('mountpoint -q /root/btrfs-toplevel || mount /root/btrfs-toplevel');
  const ended = await wiping;
  // This attempt or the next one continues: that depends on whether a command was running when the connection broke.
  if (!('what' in (ended as object))) await site.approved('power', plan);
  expect(await site.homes()).toBe(KEEPERS);
});
