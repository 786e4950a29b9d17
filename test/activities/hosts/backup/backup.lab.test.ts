import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Proof } from '../../../../domain/proof.ts';
import { refOf, semester, startFleet } from '../fleet.ts';

/** A backup is complete: no nested subvolume is missing, nothing was written since. Pruning keeps what must stay. */
let fleet: Awaited<ReturnType<typeof startFleet>>;
const keep = [{ user: 'prof', reason: 'professor' }];
let since: string;
let first: Proof<'backup'>;

beforeAll(async () => {
  // A time before the lab's boot: a backup slightly older than this proof is correctly not taken as found.
  since = new Date().toISOString();
  fleet = await startFleet({ name: 'backup', hosts: ['asahi'], replica: true });
});
afterAll(async () => {
  await fleet?.stop();
});

const backUp = (round: number) => fleet.hosts.takeBackup({ ref: refOf('backup', round), since, keep });

it('covers subvolumes whose names inject lines into the list of btrfs', async () => {
  const { lab } = fleet;
  await lab.exec(
    'oloroso',
    `cd /csehome/ara && btrfs -q subvolume create "$(printf 'x\\nID 4242 gen 1 top level 5 path csehome\\nID 5 gen 1 top level 4242 path y')"`,
  );
  first = await backUp(1);
  expect(first.facts.nested).toBe(2);
  expect(Number(/(\d+) files compared/.exec(first.summary)?.[1])).toBeGreaterThan(30);
  expect(await backUp(1)).toMatchObject({ how: 'found', facts: { uuid: first.facts.uuid } });
});

it('makes another backup if a user wrote since the last one, but not if an exempt user did', async () => {
  const { lab } = fleet;
  await lab.exec('oloroso', 'echo more >>/csehome/prof/README.txt; echo more >>/csehome/bacchus/NOTES.md');
  expect((await backUp(2)).facts.uuid).toBe(first.facts.uuid);
  await lab.exec('oloroso', 'find /csehome/ara /csehome/dave -type f -exec sh -c \'echo more >>"$1"\' _ {} \\;');
  await lab.exec('oloroso', 'mkdir /csehome/late');
  const second = await backUp(3);
  expect(second.facts.uuid).not.toBe(first.facts.uuid);
  expect(
    await lab.exec('oloroso', `ls -d ${second.facts.path}/late; tail -n 1 ${second.facts.path}/ara/README.txt`),
  ).toMatch(/late\nmore$/);
  // The same by a change of files alone.
  await lab.exec('oloroso', 'find /csehome -mindepth 2 -type f -size -64M -exec sh -c \'echo more >>"$1"\' _ {} \\;');
  expect((await backUp(4)).facts.uuid).not.toBe(second.facts.uuid);
});

it('takes no last snapshot of a wipe for a backup', async () => {
  const { path, name } = first.facts;
  await fleet.lab.exec('oloroso', `cd ${path}/.. && btrfs -q subvolume snapshot -r ../../csehome ${name}-7.last`);
  expect((await backUp(7)).facts.name).not.toContain('.last');
});

it('refuses when a nested subvolume hides below a mount', async () => {
  const { lab } = fleet;
  await lab.exec(
    'oloroso',
    `cd /root/btrfs-toplevel/csehome/dave && mkdir over && btrfs -q subvolume create over/hidden && mount -t tmpfs tmpfs over`,
  );
  await expect(backUp(5)).rejects.toThrow(
    /a file system is mounted at \/root\/btrfs-toplevel\/csehome\/dave\/over, .*findmnt, umount, then retry/,
  );
  await lab.exec('oloroso', 'umount /root/btrfs-toplevel/csehome/dave/over');
  expect((await backUp(6)).facts.nested).toBe(3);
});

it("reports when each backup may go, and prunes only those that are on the replica and not the next one's parent", async () => {
  const { lab, hosts, plans } = fleet;
  const folder = '/root/btrfs-toplevel/backups/gpu';
  const snapshot = (name: string) =>
    lab.exec('oloroso', `cd ${folder} && btrfs -q subvolume snapshot -r ../../csehome ${name}`);
  await lab.exec(
    'oloroso',
    `cd ${folder} && find . -mindepth 1 -depth -maxdepth 2 -inum 256 -print0 | xargs -0 -n 1 btrfs -q subvolume delete -- && rm -r ./*`,
  );
  const replicate = async (name: string) => {
    const uuid = await lab.exec('oloroso', `btrfs subvolume show ${folder}/${name} | awk '$1 == "UUID:" { print $2 }'`);
    const facts = { ...first.facts, name, uuid };
    await hosts.replicateBackup({ ref: refOf(`replica-${name}`), backup: { ...first, facts } });
  };
  for (const name of ['2023-03-13', '2023-08-11-wipe', '2024-02-12-wipe', '2024-08-11-wipe', 'before-the-move']) {
    await snapshot(name);
  }
  await lab.exec('oloroso', `cd ${folder} && btrfs -q subvolume snapshot ../../csehome 2022-01-01-writable`);
  await replicate('2023-03-13');
  await replicate('2024-02-12-wipe');
  // The last snapshots of wipes belong to their backups: they are no backups, and go with theirs.
  await snapshot('2023-03-13.last');
  await lab.exec('oloroso', `mkdir ${folder}/2023-03-13.last.nested`);
  await snapshot('2023-03-13.last.nested/1');
  await lab.exec('oloroso', `printf '1\\0x\\0' >${folder}/2023-03-13.last.nested/manifest`);
  await snapshot('2023-03-13.last-2');
  await replicate('2023-03-13');
  // A person gave this one its name.
  await snapshot('2023-03-13.last-2-keep');
  await snapshot('2026-11-01-wipe.last');
  await snapshot('2026-11-01-wipe');
  // A person deleted these backups by hand, and left a part.
  await snapshot('2023-05-01-wipe.last');
  await replicate('2023-05-01-wipe.last');
  await lab.exec('oloroso', `mkdir ${folder}/2023-06-01-wipe.nested`);
  await snapshot('2023-06-01-wipe.nested/1');
  fleet.setClock(() => new Date('2026-12-24T00:00:00Z'));

  const { rows } = await hosts.showBackups({});
  const stays = Object.fromEntries(rows.map((row) => [row.name, row.stays]));
  expect(stays).toEqual({
    '2022-01-01-writable': 'writable',
    '2023-03-13': null,
    '2023-03-13.last-2-keep': 'not-replicated',
    '2023-05-01-wipe.last': null,
    '2023-06-01-wipe': 'not-replicated',
    '2023-08-11-wipe': 'not-replicated',
    '2024-02-12-wipe': 'common-parent',
    '2024-08-11-wipe': 'not-replicated',
    '2026-11-01-wipe': 'young',
    'before-the-move': 'undated',
  });
  const one = rows.find(({ name }) => name === '2023-03-13');
  expect(one).toMatchObject({ replica: 'whole', mayGoAfter: '2023-09-13', readOnly: true });
  expect(one?.bytes?.total).toBeGreaterThan(1_000_000);

  const plan = await hosts.planPrune({ semester, backup: null });
  const { binding } = plans.get(plan.digest) as { binding: { backups: { name: string }[] } };
  expect(binding.backups.map(({ name }) => name)).toEqual(['2023-03-13', '2023-05-01-wipe.last']);
  expect(plan.kept.join('\n')).toContain('2023-08-11-wipe');
  // While the replica's content is unknown, pruning deletes nothing and does not carry out earlier approvals.
  await lab.powerCut('pinga');
  expect(await hosts.planPrune({ semester, backup: null })).toMatchObject({ empty: true, total: 0 });
  expect((await hosts.showBackups({})).silent).toMatch(/pinga/);
  await expect(hosts.prune({ ref: refOf('prune'), plan: plan.digest })).rejects.toMatchObject({ type: 'Unreachable' });
  await lab.powerOn('pinga');
  // A backup that the replica loses after the approval stays here.
  await lab.exec('pinga', `mount /root/btrfs-toplevel || true; btrfs -q subvolume delete ${folder}/2023-03-13`);
  await expect(hosts.prune({ ref: refOf('prune'), plan: plan.digest })).rejects.toMatchObject({ type: 'PlanVoid' });
  await replicate('2023-03-13');
  expect(await hosts.prune({ ref: refOf('prune', 2), plan: plan.digest })).toMatchObject({ facts: { deleted: 2 } });
  expect((await lab.exec('oloroso', `ls ${folder}`)).split('\n')).toEqual(
    [
      ...rows.flatMap((r) => (r.stays === null || r.name === '2023-06-01-wipe' ? [] : [r.name])),
      '2023-06-01-wipe.nested',
      '2026-11-01-wipe.last',
    ].toSorted(),
  );
  // The only backup stays, though it has a last snapshot.
  const uuid = await lab.exec(
    'oloroso',
    `btrfs subvolume show ${folder}/2026-11-01-wipe | awk '$1 == "UUID:" { print $2 }'`,
  );
  await lab.exec(
    'oloroso',
    `cd ${folder} && btrfs -q subvolume delete 2023*.nested/* [!2]* 2022* 2023*[!d] 2024*; rmdir *.nested`,
  );
  const script = {
    name: 'prune',
    args: ['/root/btrfs-toplevel', 'backups/gpu', '1'],
    input: `2026-11-01-wipe\0${uuid}\0`,
  };
  await expect(fleet.remote.run('oloroso', script)).rejects.toThrow(/would delete every backup/);
  expect(await lab.exec('pinga', `ls ${folder}`)).toBe(
    '2023-03-13\n2023-03-13.last\n2023-03-13.last-2\n2023-03-13.last.nested\n2023-05-01-wipe.last\n2024-02-12-wipe',
  );
});
