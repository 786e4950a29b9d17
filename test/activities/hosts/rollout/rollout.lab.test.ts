import { rolloutGate } from '../../../../domain/gates/rollout.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHostActivities } from '../../../../activities/hosts/activities.ts';
import { startUpdateFleet, stepRef, type UpdateFleet } from '../update-fleet.ts';
import type { HostActivities } from '../../../../activities/hosts/contract.ts';
import { holdsContract } from '../../../support/contract.ts';

const TOP = '/root/btrfs-toplevel';
let fleet: UpdateFleet;
let update: HostActivities;

beforeAll(async () => {
  fleet = await startUpdateFleet(['asahi', 'bernini', 'cojito']);
  update = holdsContract(createHostActivities(fleet.deps));
});
afterAll(() => fleet?.down());

const followers = ['bernini', 'cojito'];
const build = (workflow: string) =>
  update.buildImage({ ref: stepRef(workflow, 'image'), leader: 'asahi', label: 'gpu-update', followers });

test("the plan lists what the image removes from and brings to real hosts, and nothing of the hosts' own identity", async () => {
  await fleet.inWindow(
    'bernini',
    'echo "license:x:4242:4242::/:/bin/false" >>/etc/passwd; echo key >/etc/license.key; ' +
      'printf "[Service]\\nExecStart=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n" >/etc/systemd/system/license.service; ' +
      'systemctl enable license.service',
  );
  await fleet.inWindow('asahi', 'touch /etc/pacman.conf.pacnew; echo hello >/etc/motd.fleet');
  await update.updateLeader({ ref: stepRef('update/plan', 'leader'), host: 'asahi' });
  await fleet.lab.linkDown('cojito');
  const image = await build('update/plan');
  const plan = await update.planRollout({ leader: 'asahi', image, followers, canary: null, waves: [followers] });
  await fleet.lab.linkUp('cojito');

  const { binding } = await fleet.deps.store.getPlan(rolloutGate, plan.digest);
  const lines = binding.differences.map(({ change, kind, name }) => `${change} ${kind} ${name}`);
  expect(lines).toEqual([
    'lost account license',
    'lost unit license.service',
    'lost file /etc/license.key',
    'lost file /etc/systemd/system/license.service',
    // Some hosts' sudo asks for the password.
    'replaced file /etc/sudoers.d/bacchus',
    'brought file /etc/motd.fleet',
  ]);
  expect(binding.packages.map(({ name }) => name)).toContain('linux');
  const warnings = plan.warnings.join('\n');
  for (const part of ['bernini', 'license.service', '/etc/pacman.conf.pacnew', 'cojito'])
    expect(warnings).toContain(part);
});

test('old images go with their snapshots, on every host; parents, foreign files and non-images stay', async () => {
  const site = async () => {
    const real = await fleet.deps.site();
    return { ...real, update: { ...real.update, keepImages: 1 } };
  };
  const pruning = holdsContract(createHostActivities({ ...fleet.deps, site }));
  const snapshots = (host: string) => fleet.look(host, `mountpoint -q ${TOP} || mount ${TOP}; ls ${TOP}/snapshots`);
  // bernini receives the first image; two more follow, both on top of base, which is not an image.
  const first = await build('update/one');
  await fleet.look('bernini', `zstd -dc ${first.facts.path} | btrfs receive -q ${TOP}/snapshots`);
  const second = await build('update/two');
  const third = await build('update/three');
  await fleet.look('asahi', `touch ${first.facts.path.replace(/[^/]*$/, 'by-hand.zst')}; mkdir ${TOP}/snapshots/notes`);

  const proof = await pruning.pruneImages({ ref: stepRef('update/prune', 'prune'), leader: 'asahi' });
  expect(await fleet.look('asahi', `ls ${first.facts.path.replace(/[^/]*$/, '')}`)).toBe(
    ['esp.tar', 'json', 'subgid', 'subuid', 'zst']
      .map((ending) => `${third.facts.name}.${ending}`)
      .concat('by-hand.zst')
      .toSorted()
      .join('\n'),
  );
  expect(await snapshots('asahi')).toBe([third.facts.name, 'base', 'notes'].join('\n'));
  expect(await snapshots('bernini')).toBe('base');
  expect(proof.facts).toMatchObject({ kept: 1 });
  expect(proof.summary).toContain(second.facts.name);
  const again = await pruning.pruneImages({ ref: stepRef('update/prune', 'prune', { round: 2 }), leader: 'asahi' });
  expect(again.facts).toEqual({ deleted: 0, kept: 1 });
});
