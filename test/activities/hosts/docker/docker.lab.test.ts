import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHostAccounts } from '../../../../activities/hosts/access/accounts.ts';
import { grantDocker } from '../../../../activities/hosts/docker/docker.ts';
import { agreeDockerRanges } from '../../../../activities/hosts/docker/docker-ranges.ts';
import { quote } from '../../../../activities/hosts/remote/quote.ts';
import { startUpdateFleet, stepRef, type UpdateFleet } from '../update-fleet.ts';

let fleet: UpdateFleet;

beforeAll(async () => {
  fleet = await startUpdateFleet(['asahi', 'bernini']);
});
afterAll(() => fleet?.down());

const grant = async (workflow: string, users: readonly string[], host = 'asahi') => {
  await agreeDockerRanges(fleet.deps)({ users });
  return grantDocker(fleet.deps)({ ref: stepRef(workflow, 'grant'), host, users });
};
const look = async (command: string) => (await fleet.lab.exec('asahi', command)).trim();
const readOnly = () => look('btrfs property get -ts / ro');
const generation = () => look(`btrfs subvolume show / | sed -n 's/.*Generation:[[:space:]]*//p' | head -n 1`);

async function without(count: number): Promise<readonly string[]> {
  const users = (
    await look(`getent passwd | awk -F: -v gid="$(getent group cseusers | cut -d: -f3)" '$4 == gid { print $1, $3 }'`)
  ).split('\n');
  const ranges = await look('cat /etc/subuid');
  const free = users
    .map((line) => line.split(' '))
    .filter(([user, uid]) => !new RegExp(`^(${user}|${uid}):`, 'm').test(ranges))
    .flatMap(([user]) => (user ? [user] : []));
  expect(free.length).toBeGreaterThanOrEqual(count);
  return free.slice(0, count);
}

test('an account without a range gets one in a writable window; unknown names are reported', async () => {
  const users = await without(2);
  const proof = await grant('applications/a', [...users, 'nosuchuser']);
  expect(proof.facts).toEqual({ host: 'asahi', granted: 2, already: 0, unknown: 1, taken: 0 });
  expect(proof.summary).toContain('nosuchuser');
  for (const user of users)
    expect(await look(`grep -c '^${user}:' /etc/subuid /etc/subgid`)).toMatch(/subuid:1\n.*subgid:1/);
  expect(await readOnly()).toBe('ro=true');
});

test('a host learns a new account by accounts.sync; until then a deferred grant is tried again, after the others', async () => {
  const [known = ''] = await without(1);
  // As a host that takes its accounts from the ID server: the command makes it read them.
  const learn =
    'cp /etc/passwd /run/passwd && echo nova:x:190001:100::/csehome/nova:/bin/bash >>/run/passwd && mount --bind /run/passwd /etc/passwd';
  const withSync = (sync?: string) => {
    const site = async () => ({ ...(await fleet.deps.site()), accounts: { ...(sync && { sync }) } });
    return { deps: { ...fleet.deps, site }, accounts: createHostAccounts({ site, remote: fleet.deps.remote }) };
  };
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const users = ['nova', known];
  await agreeDockerRanges(fleet.deps)({ users });
  const attempt = (deps: typeof fleet.deps, awaitUntil?: string) =>
    grantDocker(deps)({
      ref: stepRef('host/asahi', 'deferred-docker'),
      host: 'asahi',
      users,
      ...(awaitUntil && { awaitUntil }),
    });

  await expect(attempt(fleet.deps, until)).rejects.toMatchObject({
    type: 'VerificationFailed',
    nonRetryable: false,
    message: expect.stringContaining('asahi does not know nova yet'),
  });
  expect(await look(`grep -c '^${known}:' /etc/subuid`)).toBe('1');
  expect(await attempt(fleet.deps, new Date(Date.now() - 1000).toISOString())).toMatchObject({ unknown: ['nova'] });
  expect(await withSync().accounts.missing(users)).toEqual(new Map([['nova', ['asahi', 'bernini']]]));
  const failing = ['asahi (accounts.sync failed: exit status 3)', 'bernini (accounts.sync failed: exit status 3)'];
  expect(await withSync('exit 3').accounts.missing(users)).toEqual(new Map([['nova', failing]]));

  expect(await attempt(withSync(learn).deps, until)).toMatchObject({ facts: { granted: 1, unknown: 0 }, unknown: [] });
  expect(await look("grep -c '^nova:' /etc/subuid")).toBe('1');
  expect(await withSync(learn).accounts.missing(['nova', 'no body'])).toEqual(
    new Map([['no body', ['no host accepts this account name']]]),
  );
  for (const host of ['asahi', 'bernini']) await fleet.lab.exec(host, 'umount /etc/passwd');
});

test('a range by uid counts, and the root is not touched if nothing is missing', async () => {
  const byUid = await look(
    `awk -F: '$1 ~ /^[0-9]+$/ { print $1; exit }' /etc/subuid | xargs getent passwd | cut -d: -f1`,
  );
  expect(byUid).not.toBe('');
  const before = await generation();
  const proof = await grant('applications/b', [byUid]);
  expect(proof).toMatchObject({ facts: { granted: 0, already: 1, unknown: 0, taken: 0 }, how: 'found' });
  expect(await generation()).toBe(before);
});

test('a failing script leaves the root closed, and the error names the account', async () => {
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

test('an account gets the same range on every host, free on all; a differing range is reported and stays', async () => {
  const [user = '', other = '', third = ''] = await without(3);
  const on = (host: string, command: string) => fleet.lab.exec(host, command);
  const write = (host: string, line: string) =>
    on(
      host,
      `btrfs property set -f -ts / ro false; echo ${line} | tee -a /etc/subuid >>/etc/subgid; btrfs property set -ts / ro true`,
    );
  // Another account on bernini holds the range that asahi's own add-docker-user would take next.
  await write('bernini', 'stranger:600000:65536');
  await write('asahi', `${other}:800000:65536`);
  await write('bernini', `${other}:900000:65536`);
  const agreed = await agreeDockerRanges(fleet.deps)({ users: [user, other] });
  expect(agreed.facts).toEqual({ accounts: 2, differing: 1, down: 0 });
  expect(agreed.summary).toContain(`${other}: asahi 800000, bernini 900000`);
  const lines: string[] = [];
  for (const host of ['asahi', 'bernini']) {
    await grant('applications/e', [user, other], host);
    lines.push(...(await on(host, `grep -h '^${user}:' /etc/subuid /etc/subgid`)).trim().split('\n'));
    expect((await on(host, 'btrfs property get -ts / ro')).trim()).toBe('ro=true');
  }
  expect(lines).toHaveLength(4);
  expect(new Set(lines).size).toBe(1);
  expect((await on('bernini', `grep -c '^${other}:900000:' /etc/subuid`)).trim()).toBe('1');

  // This add-docker-user always adds a line; the fleet's line stays the only one.
  await on(
    'asahi',
    `printf '#!/bin/sh\necho "$1:5000000:65536" | tee -a /etc/subuid >>/etc/subgid\n' >/run/adds; chmod +x /run/adds; mount --bind /run/adds /usr/local/sbin/add-docker-user`,
  );
  await grant('applications/f', [third]);
  await on('asahi', 'umount /usr/local/sbin/add-docker-user');
  const found = (await on('asahi', `grep -h '^${third}:' /etc/subuid /etc/subgid`)).trim().split('\n');
  expect(found).toHaveLength(2);
  expect(found.join()).not.toContain('5000000');
});

test.each([
  [
    'without a line end, with comments and invalid lines',
    '# by hand\n\ndave:700000:10:\nnobody:0x10:1\r\nmail:900000:10',
  ],
  ['that is empty', ''],
  ['that is missing', null],
])('a grant to a file %s changes no other line', async (form, content) => {
  const [user = ''] = await without(1);
  const written = content === null ? 'rm' : `printf %s ${quote(content)} | tee`;
  await fleet.inWindow('asahi', `cp /etc/subuid /etc/subgid /run/ && ${written} /etc/subuid /etc/subgid >/dev/null`);
  // This add-docker-user adds a line of its own, which the service removes again.
  await fleet.lab.exec(
    'asahi',
    `printf '#!/bin/sh\necho "$1:5000000:65536" | tee -a /etc/subuid >>/etc/subgid\n' >/run/adds; chmod +x /run/adds; mount --bind /run/adds /usr/local/sbin/add-docker-user`,
  );
  await grant(`applications/${form}`, [user]);
  await fleet.lab.exec('asahi', 'umount /usr/local/sbin/add-docker-user');
  for (const file of ['subuid', 'subgid']) {
    const [own = '', ...others] = (await fleet.lab.exec('asahi', `cat /etc/${file}`))
      .trimEnd()
      .split('\n')
      .toReversed();
    expect(own).toMatch(new RegExp(`^${user}:[0-9]+:65536$`));
    expect(others.toReversed().join('\n')).toBe(content ?? '');
    expect(await look(`stat -c '%a %U' /etc/${file}`)).toBe('644 root');
  }
  await fleet.inWindow('asahi', 'cp /run/subuid /run/subgid /etc/');
});
