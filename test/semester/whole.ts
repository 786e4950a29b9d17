import { expect, vi } from 'vitest';
import { PEOPLE } from '../../lab/people.ts';
import {
  addressesOf,
  hashOf,
  KEPT_HOMES,
  LEAVING,
  mailedWith,
  namesIn,
  postsOf,
  processesOn,
  rootOf,
  SUBJECT,
} from './end-state.ts';
import { ID, NAME, setStage, type Stage } from './fixture.ts';

const STORAGE = 'oloroso';
const HOSTS = ['asahi', 'bernini'] as const;
const [LEADER, FOLLOWER] = HOSTS;
const BACKUPS = '/root/btrfs-toplevel/backups/gpu';
const ara = PEOPLE.find(({ user }) => user === 'ara')!;

/** From the first notice to the last application, approved by CLI and by plain signals; then everything is verified on hosts and services. */
export async function wholeSemester(): Promise<void> {
  await using stage = await setStage({ hosts: HOSTS, busy: true });
  const { lab } = stage;
  const before = await look(stage);
  expect(before.members).toHaveLength(LEAVING.length + 1);
  expect(before.processes.flat()).not.toEqual([]);
  const version = await lab.publishPackages();

  await stage.start({ order: 'update-first' });
  await stage.approve('notice');
  expect(await lab.services.idServer.members()).toEqual(before.members);
  await stage.approve('removal');
  await stage.approveBySignal('rollout');
  await stage.approve('wipe', 'typing');
  await stage.approve('prune');
  await stage.approve('publish');
  await apply(stage);

  const status = await stage.until('the end', ({ phase }) => phase === 'done');
  await expect(stage.client.workflow.getHandle(ID).result()).resolves.toMatchObject({ outcome: 'finished' });
  expect(status.refused).toEqual([]);
  expect(status.gates.map(({ gate, approvals }) => [gate, approvals.map(({ by }) => by)])).toEqual([
    ['notice', ['bob']],
    ['removal', ['bob']],
    ['wipe', ['bob', 'carol']],
    ['prune', ['bob']],
    ['publish', ['bob']],
  ]);

  const after = await look(stage);
  expect(after.members).toEqual(['ara', 'prof']);
  expect(after.homes).toEqual(KEPT_HOMES);
  expect(after.prof).toBe(before.prof);
  expect(after.docker).toEqual(HOSTS.map(() => ['.semester-trash', 'bacchus', 'root']));
  expect(after.processes.flat()).toEqual([]);
  const [made, ...others] = after.backups.filter((name) => !before.backups.includes(name) && !name.includes('.'));
  expect(others).toEqual([]);
  expect(after.backups).not.toContain('2025-08-12-wipe');
  expect(await namesIn(lab, STORAGE, `${BACKUPS}/${made}`)).toEqual(before.homes);
  expect(await lab.exec(STORAGE, `btrfs property get -ts ${BACKUPS}/${made} ro`)).toBe('ro=true');

  const [leader, follower] = after.roots;
  for (const root of after.roots) {
    expect(root).toMatchObject({ readOnly: 'ro=true', boots: 'root' });
    expect(root.packages.filter((line) => !line.endsWith(` ${version}`))).toEqual([]);
  }
  expect([leader?.name, follower?.name]).toEqual([LEADER, FOLLOWER]);
  expect(leader?.packages).toEqual(follower?.packages);
  expect(leader?.bootId).toBe(before.roots[0]?.bootId);
  expect(follower?.bootId).not.toBe(before.roots[1]?.bootId);
  for (const host of HOSTS) expect(await lab.exec(host, 'grep -c ^ara: /etc/subuid')).toBe('1');

  expect(await mailedWith(lab, SUBJECT.notice)).toEqual(addressesOf(LEAVING));
  expect(await mailedWith(lab, SUBJECT.deadline)).toEqual(addressesOf(LEAVING));
  expect(await mailedWith(lab, SUBJECT.accepted)).toEqual([ara.email]);
  expect(await mailedWith(lab, SUBJECT.report)).toEqual(['alice', 'bob', 'carol'].map((name) => `${name}@example.org`));
  expect(after.posts).toHaveLength(before.posts.length + 1);
}

/** Everything that a semester changes, asked for on hosts and servers themselves. */
async function look({ lab }: Stage) {
  await lab.exec(STORAGE, 'mountpoint -q /root/btrfs-toplevel || mount /root/btrfs-toplevel');
  const each = <T>(ask: (host: string) => Promise<T>) => Promise.all(HOSTS.map(ask));
  const [members, homes, prof, backups, docker, processes, roots, posts] = await Promise.all([
    lab.services.idServer.members(),
    namesIn(lab, STORAGE, '/csehome'),
    hashOf(lab, STORAGE, '/csehome/prof'),
    namesIn(lab, STORAGE, BACKUPS),
    each((host) => namesIn(lab, host, '/local/.docker')),
    each((host) => processesOn(lab, host)),
    each((host) => rootOf(lab, host)),
    postsOf(lab),
  ]);
  return { members, homes, prof, backups, docker, processes, roots, posts };
}

/** A person applies; the period ends after they are accepted. */
async function apply(stage: Stage): Promise<void> {
  const { lab } = stage;
  const { idServer, survey } = lab.services;
  await stage.until('applications', ({ phase }) => phase === 'applications');
  await idServer.requestJoin(ara.user);
  await survey.add({ user: ara.user, studentNumber: ara.studentNumber, email: ara.email!, docker: true, terms: true });
  await vi.waitFor(async () => expect(await mailedWith(lab, SUBJECT.accepted)).toHaveLength(1), { timeout: 60_000 });
  // Not past yet when it arrives, however busy the machine is: then it would be refused.
  const soon = new Date(Date.now() + 15_000).toISOString();
  const dates = ['--applications-until', soon, '--period-until', soon];
  await stage.semester(['reschedule', NAME, ...dates, '--by', 'bob', '--reason', 'everybody is served']);
}
