import { afterAll, beforeAll, expect, test } from 'vitest';
import { grantDocker } from '../../../activities/hosts/docker.ts';
import { startUpdateFleet, stepRef, type UpdateFleet } from './update-fleet.ts';

let fleet: UpdateFleet;

beforeAll(async () => {
  fleet = await startUpdateFleet(['asahi']);
});
afterAll(() => fleet?.down());

const grant = (workflow: string, users: readonly string[]) =>
  grantDocker(fleet.deps)({ ref: stepRef(workflow, 'grant'), host: 'asahi', users });
const look = async (command: string) => (await fleet.lab.exec('asahi', command)).trim();
const readOnly = () => look('btrfs property get -ts / ro');
const generation = () => look(`btrfs subvolume show / | sed -n 's/.*Generation:[[:space:]]*//p' | head -n 1`);

async function without(count: number): Promise<readonly string[]> {
  const users = (await look(`awk -F: '$4 == 2000 { print $1, $3 }' /etc/passwd`)).split('\n');
  const ranges = await look('cat /etc/subuid');
  const free = users
    .map((line) => line.split(' '))
    .filter(([user, uid]) => !new RegExp(`^(${user}|${uid}):`, 'm').test(ranges))
    .flatMap(([user]) => (user ? [user] : []));
  expect(free.length).toBeGreaterThanOrEqual(count);
  return free.slice(0, count);
}

test('who has no range gets one, by an opened and closed root; unknown names are named', async () => {
  const users = await without(2);
  const proof = await grant('applications/a', [...users, 'nosuchuser']);
  expect(proof.facts).toEqual({ host: 'asahi', granted: 2, already: 0, unknown: 1 });
  expect(proof.summary).toContain('nosuchuser');
  for (const user of users)
    expect(await look(`grep -c '^${user}:' /etc/subuid /etc/subgid`)).toMatch(/subuid:1\n.*subgid:1/);
  expect(await readOnly()).toBe('ro=true');
});

test('a range by uid counts, and where nothing is missing the root is not touched', async () => {
  const byUid = await look(
    `awk -F: '$1 ~ /^[0-9]+$/ { print $1; exit }' /etc/subuid | xargs getent passwd | cut -d: -f1`,
  );
  expect(byUid).not.toBe('');
  const before = await generation();
  const proof = await grant('applications/b', [byUid]);
  expect(proof).toMatchObject({ facts: { granted: 0, already: 1, unknown: 0 }, how: 'found' });
  expect(await generation()).toBe(before);
});

test('one script that fails leaves the root closed, and says for whom', async () => {
  const [user = ''] = await without(1);
  await fleet.lab.exec(
    'asahi',
    'printf "#!/bin/sh\\nexit 7\\n" >/run/broken; chmod +x /run/broken; mount --bind /run/broken /usr/local/sbin/add-docker-user',
  );
  const failure = grant('applications/c', [user]);
  await expect(failure).rejects.toThrow(new RegExp(user));
  expect(await readOnly()).toBe('ro=true');
  await fleet.lab.exec('asahi', 'umount /usr/local/sbin/add-docker-user');
});

test('a job that is killed with the root open closes it', async () => {
  const [user = ''] = await without(1);
  await fleet.lab.exec(
    'asahi',
    'printf "#!/bin/sh\\ntouch /run/open\\nexec sleep 300\\n" >/run/slow; chmod +x /run/slow; mount --bind /run/slow /usr/local/sbin/add-docker-user',
  );
  const failure = grant('applications/d', [user]).catch((error: unknown) => error);
  await fleet.lab.exec('asahi', 'timeout 30 sh -c "until [ -e /run/open ]; do sleep 0.1; done"');
  expect(await readOnly()).toBe('ro=false');
  await fleet.lab.exec('asahi', 'systemctl kill --signal=KILL "semester-*.service"');
  expect(await failure).toMatchObject({ type: 'CommandFailed' });
  expect(await readOnly()).toBe('ro=true');
  await fleet.lab.exec('asahi', 'umount /usr/local/sbin/add-docker-user');
});
