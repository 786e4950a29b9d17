import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RestoreInput } from '../../../../domain/restore.ts';
import type { Proof } from '../../../../domain/proof.ts';
import { refOf, startFleet } from '../fleet.ts';
import { trashDocker } from '../wipe/hostile.ts';

/** The purpose of a backup: a user's data comes back after a wipe, with every attribute that a person would check. */
let fleet: Awaited<ReturnType<typeof startFleet>>;
let backup: Proof<'backup'>;
/** Kind, mode, owner, time, size or link, and content of a home, taken from the live tree before the wipe. */
const before = new Map<string, string>();

const portrait = (path: string) =>
  fleet.lab.exec(
    'oloroso',
    `cd ${path} && find . \\( -type d -printf 'd %m %U %G %T@ %P\\0' -o -printf '%y %m %U %G %n %s %T@ %l %P\\0' \\) |
      sort -z | tr '\\0' '\\n'
    find . -type f -print0 | sort -z | xargs -0 sha256sum; getfattr -Rd -m - . 2>/dev/null | sort`,
  );
const ask = (more: Partial<RestoreInput>): RestoreInput => ({
  site: 'lab',
  name: 'r1',
  startedBy: 'alice',
  user: null,
  from: null,
  to: null,
  ...more,
});
const plan = (more: Partial<RestoreInput>) => fleet.hosts.planRestore({ restore: ask(more) });
const restore = (digest: string, round = 1) =>
  fleet.hosts.restoreHomes({ ref: refOf('restore-homes', round), plan: digest });

beforeAll(async () => {
  fleet = await startFleet({ name: 'restore', hosts: ['asahi'] });
  const { lab, hosts } = fleet;
  await lab.exec(
    'oloroso',
    `set -e; cd /csehome
    btrfs -q subvolume create erin/datasets/inner; echo deep >erin/datasets/inner/file; touch -d 2001-02-03 erin/datasets/inner/file
    btrfs -q subvolume create "ara/$(printf 'two\\nlines ')"; echo odd >"ara/$(printf 'two\\nlines ')/f"
    setfattr -n user.note -v mine ara/README.txt; mkfifo ara/fifo; chmod 2750 ara/project; truncate -s 50M ara/sparse
    chown -hR erin:cseusers erin; chown -hR ara:cseusers ara; touch -d 2019-05-06T07:08:09 ara/project ara/README.txt ara`,
  );
  for (const user of ['ara', 'erin', 'niaj']) before.set(user, await portrait(`/csehome/${user}`));
  backup = await hosts.takeBackup({ ref: refOf('backup'), since: new Date().toISOString() });
  // The state after the wipe.
  await lab.exec(
    'oloroso',
    `cd /csehome && find . -mindepth 2 -depth -inum 256 -print0 | xargs -0 -r -n 1 btrfs -q subvolume delete --
    find . -mindepth 1 -maxdepth 1 ! -name bacchus ! -name prof -print0 | xargs -0 rm -rf --`,
  );
});
afterAll(async () => {
  await fleet?.stop();
});

it('restores one home unchanged, with its nested subvolumes, sharing its blocks with the backup', async () => {
  const { lab } = fleet;
  const used = () => lab.exec('oloroso', 'sync -f /csehome; btrfs filesystem du -s --raw /csehome/ara | tail -n 1');
  const ref = await plan({ user: 'ara' });
  expect(ref).toMatchObject({ gate: 'restore', confirm: 'oloroso 1', empty: false, total: 1 });
  expect(ref.rows[0]).toContain('/csehome/ara');
  const proof = await restore(ref.digest);
  expect(proof).toMatchObject({ how: 'service', facts: { homes: 1, snapshot: backup.facts.name } });
  expect(await portrait('/csehome/ara')).toBe(before.get('ara'));
  const [total, own] = (await used()).trim().split(/\s+/).map(Number);
  expect(total).toBeGreaterThan(100_000);
  expect(own).toBeLessThan(total! / 10);
  // No working files are left, and an attempt interrupted here ends in the same state.
  expect(await lab.exec('oloroso', 'ls -A /csehome')).toBe('ara\nbacchus\nprof');
  await restore(ref.digest);
  expect(await restore(ref.digest, 2)).toMatchObject({ facts: { homes: 1 } });
});

it('restores beside an existing home, and refuses by name when that place is taken too', async () => {
  const { lab } = fleet;
  await lab.exec('oloroso', 'echo new >/csehome/ara/new-work; rm /csehome/ara/README.txt');
  const ref = await plan({ user: 'ara' });
  const beside = `/csehome/ara.restored-${backup.facts.name}`;
  expect(ref.rows[0]).toContain(beside);
  await restore(ref.digest);
  expect(await portrait(beside)).toBe(before.get('ara'));
  expect(await lab.exec('oloroso', 'cat /csehome/ara/new-work; ls /csehome/ara/README.txt 2>&1 || true')).toMatch(
    /^new\n.*No such file/,
  );
  await expect(plan({ user: 'ara' })).rejects.toThrow(/\/csehome\/ara and .*already exist/);
});

it('leaves files alone that appeared at the target after the approval', async () => {
  const { lab } = fleet;
  const ref = await plan({ user: 'erin' });
  await lab.exec('oloroso', 'mkdir /csehome/erin && echo hers >/csehome/erin/file');
  const failure = restore(ref.digest);
  await expect(failure).rejects.toMatchObject({ type: 'VerificationFailed' });
  await expect(failure).rejects.toThrow(/erin.* already exists, and is not touched/);
  expect(await lab.exec('oloroso', 'ls -A /csehome/erin; cat /csehome/erin/file')).toBe('file\nhers');
  await lab.exec('oloroso', 'rm -r /csehome/erin');
  await restore(ref.digest, 2);
  expect(await portrait('/csehome/erin')).toBe(before.get('erin'));
});

it('restores every missing home, and leaves the others and the protected alone', async () => {
  const { lab } = fleet;
  const ref = await plan({});
  expect(ref.kept.join()).toMatch(/ara.*erin.*prof/);
  await restore(ref.digest);
  expect(await portrait('/csehome/niaj')).toBe(before.get('niaj'));
  const names = (path: string) => lab.exec('oloroso', `cd ${path} && find . -mindepth 1 -maxdepth 1 -type d | sort`);
  expect((await names('/csehome')).replace(/\.\/ara\.restored-.*\n/, '')).toBe(await names(backup.facts.path));
  expect(await plan({})).toMatchObject({ empty: true });
});

it('restores elsewhere, but only if no other user can write there, and never into the backups', async () => {
  const { lab } = fleet;
  await lab.exec(
    'oloroso',
    'mkdir /root/btrfs-toplevel/kept; mkdir -m 1777 /root/btrfs-toplevel/open; ln -s kept /root/btrfs-toplevel/link',
  );
  const ref = await plan({ user: 'niaj', from: backup.facts.name, to: '/root/btrfs-toplevel/kept' });
  await restore(ref.digest);
  expect(await portrait('/root/btrfs-toplevel/kept/niaj')).toBe(before.get('niaj'));
  const to = (folder: string) => plan({ user: 'niaj', to: `/root/btrfs-toplevel/${folder}` });
  await expect(to('open')).rejects.toThrow(/users other than root can write/);
  await expect(to('link')).rejects.toThrow(/its path contains a symbolic link/);
  await expect(to('backups/gpu')).rejects.toThrow(/lies in the backups/);
  await expect(to('nowhere')).rejects.toThrow(/is not a folder/);
});

it('finds a home in the last snapshot of a wipe, which is no source for all homes', async () => {
  const { lab } = fleet;
  const { name, path } = backup.facts;
  await lab.exec(
    'oloroso',
    `cd /csehome; mkdir late; echo late >late/file; chown -R erin: late; btrfs -q subvolume snapshot -r /root/btrfs-toplevel/csehome ${path}.last; rm -r late`,
  );
  expect((await plan({})).rows.join()).not.toContain('late');
  const ref = await plan({ user: 'late' });
  expect(ref.headline).toContain(`${name}.last`);
  await restore(ref.digest);
  expect(await lab.exec('oloroso', 'cat /csehome/late/file; rm -r /csehome/late')).toBe('late');
});

it('lists the backups when there is none of that name', async () => {
  await expect(plan({ user: 'nobody-of-that-name' })).rejects.toThrow(
    new RegExp(`no backup holds the home of nobody-of-that-name. Existing backups: ${backup.facts.name}`),
  );
  await expect(plan({ user: '../bacchus' })).rejects.toThrow(/not an account name/);
  await expect(plan({ user: 'ara', from: '1999-01-01-wipe' })).rejects.toThrow(
    /1999-01-01-wipe does not hold the home/,
  );
});

it("moves a user's Docker data back from the trash, and nothing over what exists", async () => {
  const { lab, hosts } = fleet;
  const inDocker = (command: string) => lab.exec('asahi', `cd /local/.docker; ${command}`);
  const docker = (user: string) =>
    hosts.planRestoreDocker({ restore: { site: 'lab', name: 'r2', startedBy: 'alice', user } });
  const bring = (digest: string, round = 1, byHand = false) =>
    hosts.restoreDocker({ ref: refOf('restore-docker', round, byHand), plan: digest });
  await inDocker(
    'mkdir -p {ara,erin}/overlay2/layer; echo x >ara/overlay2/layer/f; chown -R ara: ara; chown -R erin: erin',
  );
  const was = await inDocker("find ara -printf '%p %i %U %m %T@\n' | sort | sha256sum");
  await inDocker('mkdir -p erin-too; chown erin: erin-too');
  await trashDocker(fleet, 'trash-1', ['ara', 'erin', 'erin-too']);
  const ref = await docker('ara');
  expect(ref).toMatchObject({ gate: 'restore-docker', confirm: 'ara 1', total: 1, empty: false });
  expect(ref.rows[0]).toContain('/local/.docker/ara');
  expect(await bring(ref.digest)).toMatchObject({ how: 'service', facts: { hosts: 1, directories: 1 } });
  expect(await inDocker("find ara -printf '%p %i %U %m %T@\n' | sort | sha256sum")).toBe(was);
  // Twice, and by another attempt.
  await bring(ref.digest);
  await bring(ref.digest, 2);
  await bring(ref.digest, 3, true);
  await expect(docker('ara')).rejects.toThrow(/no trash holds Docker data of ara.*never there, or its time is over/);

  // What the user owns under another name comes too. A name that is in use again is refused, and named.
  const both = await docker('erin');
  expect(both.total).toBe(2);
  await inDocker('mkdir erin; echo new >erin/f');
  const failure = bring(both.digest, 4);
  await expect(failure).rejects.toMatchObject({ type: 'VerificationFailed' });
  await expect(failure).rejects.toThrow(/asahi:\/local\/\.docker\/erin is not back.*in.*use.*again/);
  expect(await inDocker('cat erin/f; stat -c %U erin-too')).toBe('new\nerin');
  await expect(docker('erin')).rejects.toThrow(/asahi:\/local\/\.docker\/erin exists again.*move it away/);
  await inDocker('rm -r erin');
  await bring(both.digest, 5);
  expect(await inDocker('ls -d erin/overlay2; ls -A .semester-trash')).toBe('erin/overlay2');
  await expect(docker('../bacchus')).rejects.toThrow(/not an account name/);
});
