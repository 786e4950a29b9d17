import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeLogins } from '../../../../activities/hosts/access/logins.ts';
import { createHostActivities } from '../../../../activities/hosts/activities.ts';
import type { Proof } from '../../../../domain/proof.ts';
import { startUpdateFleet, stepRef, type UpdateFleet } from '../update-fleet.ts';
import type { HostActivities } from '../../../../activities/hosts/contract.ts';
import { holdsContract } from '../../../support/contract.ts';

/** R3 and R8: logins are closed during a roll-out. Each host keeps its own lock, independent of the image. */
let fleet: UpdateFleet;
let update: HostActivities;
const TOP = '/root/btrfs-toplevel';
const FILE = 'etc/ssh/sshd_config.d/10-semester-lock.conf';
const lockOf = (host: string, byHand = false) =>
  closeLogins(fleet.deps)({ ref: stepRef('lock', `logins-${host}`, { byHand }), host, keep: [] });

beforeAll(async () => {
  fleet = await startUpdateFleet(['asahi', 'bernini', 'cojito']);
  update = holdsContract(createHostActivities(fleet.deps));
});
afterAll(() => fleet?.down());

async function imageOf(release: string): Promise<Proof<'image'>> {
  await update.updateLeader({ ref: stepRef(release, 'leader'), host: 'asahi' });
  return update.buildImage({
    ref: stepRef(release, 'image'),
    leader: 'asahi',
    label: 'gpu-update',
    followers: ['cojito'],
  });
}
async function prepare(release: string, host: string, image: Proof<'image'>) {
  await update.receiveImage({ ref: stepRef(release, `receive ${host}`), host, image });
  await update.prepareRoot({ ref: stepRef(release, `prepare ${host}`), host, image });
}
async function swap(release: string, host: string, image: Proof<'image'>) {
  const { facts } = await update.switchRoot({ ref: stepRef(release, `swap ${host}`), host, image });
  return () => update.rebootHost({ ref: stepRef(release, `boot ${host}`), host, image, bootIdBefore: facts.bootId });
}

it('survives a root made before the lock, and the leader’s lock does not reach a host with open logins', async () => {
  const { lab } = fleet;
  await lockOf('asahi');
  const image = await imageOf('first');
  await Promise.all(['bernini', 'cojito'].map((host) => prepare('first', host, image)));
  const before = await lockOf('cojito');
  const [bernini, cojito] = await Promise.all(['bernini', 'cojito'].map((host) => swap('first', host, image)));
  await Promise.all([bernini!(), cojito!()]);
  await (await lab.login('bernini', 'kim')).end();
  await expect(lab.login('cojito', 'kim')).rejects.toThrow(/Permission denied/);
  expect(await lockOf('cojito', true)).toMatchObject({ facts: { since: before.facts.since } });
  expect(await lab.exec('cojito', 'btrfs property get -ts / ro')).toBe('ro=true');
});

it('is tested with a key after each boot: a root without its lock is unhealthy', async () => {
  const { lab } = fleet;
  await lab.publishPackages();
  const image = await imageOf('second');
  await prepare('second', 'cojito', image);
  const boot = await swap('second', 'cojito', image);
  const root = `${TOP}/root.new`;
  await lab.exec(
    'cojito',
    `btrfs property set -f -ts ${root} ro false; rm ${root}/${FILE}; btrfs property set -ts ${root} ro true`,
  );
  const failure = await boot().catch((error: unknown) => error);
  expect(failure).toMatchObject({
    type: 'RolledBack',
    message: expect.stringMatching(/its sshd admits \w+, but logins were closed before/),
  });
  await expect(lab.login('cojito', 'kim')).rejects.toThrow(/Permission denied/);
});
