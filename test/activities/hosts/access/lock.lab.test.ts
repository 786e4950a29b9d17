import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeLogins, demandClosed } from '../../../../activities/hosts/access/logins.ts';
import { warning } from '../../../../activities/hosts/access/warn.ts';
import { loadSite } from '../../../../config/load.ts';
import { refOf, startFleet } from '../fleet.ts';

/** R3: a user removed from the group could still log in by key. Each part needs the one before. */
let fleet: Awaited<ReturnType<typeof startFleet>>;
const keep = [{ user: 'prof', reason: 'professor' }];
const FILE = '/etc/ssh/sshd_config.d/10-semester-lock.conf';
const deps = () => ({
  site: async () => await loadSite(fleet.lab.siteFile),
  remote: fleet.remote,
  clock: () => new Date(),
});
const close = (host: string, byHand = false) =>
  closeLogins(deps())({ ref: refOf(`logins-${host}`, 1, byHand), host, keep });

/**
 * 40 processes. Each lives for a moment, leaves its place to a child, and revives another one that was killed. On a busy
 * machine all look killed: LimitNPROC bounds them, and they end by themselves.
 */
const FORKS_ANEW = `
import mmap, os, random, struct, time
places, place, end = mmap.mmap(-1, 640), 0, time.monotonic() + 90
while time.monotonic() < end:
    struct.pack_into("qd", places, 16 * place, os.getpid(), time.monotonic())
    other = random.randrange(40)
    if time.monotonic() - struct.unpack_from("qd", places, 16 * other)[1] > 0.1 and os.fork() == 0:
        place = other
    elif struct.unpack_from("qd", places, 16 * place)[0] != os.getpid() or os.fork() != 0:
        os._exit(0)
`;

beforeAll(async () => {
  fleet = await startFleet({ name: 'lock', hosts: ['asahi'] });
});
afterAll(async () => {
  await fleet?.stop();
});

it('warns users at a terminal once, in both languages, and waits before it ends their sessions', async () => {
  const { lab, hosts } = fleet;
  const terminal = execa('ssh', ['-F', lab.sshConfig, '-tt', '-l', 'erin', 'asahi', 'echo here; exec sleep 100'], {
    reject: false,
    stdin: 'ignore',
  });
  await new Promise((resolve) => terminal.stdout.once('data', resolve));
  const started = Date.now();
  await hosts.drainHost({ ref: refOf('drain-asahi'), host: 'asahi', keep });
  // The lab's grace.
  expect(Date.now() - started).toBeGreaterThanOrEqual(2000);
  const seen = (await terminal).stdout.replaceAll(/\s*\r?\n/g, '');
  expect(seen).toContain('asahi의 모든 세션');
  expect(seen).toContain('All sessions and jobs on asahi end at 20');
  const { templates } = await loadSite(lab.siteFile);
  const text = await warning({ zone: 'Asia/Seoul', templates }, 'asahi', Date.UTC(2027, 1, 10, 9, 5));
  expect(text).toContain('2027-02-10 18:05:00 (Asia/Seoul)에 asahi의 모든 세션');
  expect(text).toContain('All sessions and jobs on asahi end at 2027-02-10 18:05:00 (Asia/Seoul)');
});

it('closes logins to everyone but administrators and exempt users, on GPU and storage hosts, and leaves / read-only', async () => {
  const { lab } = fleet;
  await (await lab.login('asahi', 'kim')).end();
  const [first] = await Promise.all([close('asahi'), close('oloroso')]);
  expect(first).toMatchObject({ how: 'service', summary: expect.stringMatching(/was refused by the lock/) });
  for (const host of ['asahi', 'oloroso']) {
    await expect(lab.login(host, 'kim')).rejects.toThrow(/Permission denied/);
    await (await lab.login(host, 'prof')).end();
    expect(await lab.exec(host, 'btrfs property get -ts / ro')).toBe('ro=true');
  }
  const again = await close('asahi');
  expect(again).toMatchObject({ how: 'found', facts: { since: first.facts.since } });
});

it('ends connections that were opened before the lock and have not signed in', async () => {
  const { lab, hosts } = fleet;
  await hosts.openLogins({ hosts: ['asahi'] });
  // The connection reaches sshd before the lock, and signs in after it.
  await lab.exec(
    'asahi',
    `systemd-run --quiet --unit=early bash -c 'exec 3<>/dev/tcp/127.0.0.1/22; read -r banner <&3; echo began >/run/early; cat <&3 >/dev/null; echo ended >/run/early'
     timeout 30 bash -c 'until grep -qs began /run/early; do sleep 0.1; done'`,
  );
  await close('asahi');
  // sshd itself waits for two minutes.
  expect(
    await lab.exec('asahi', `timeout 20 bash -c 'until grep -qs ended /run/early; do sleep 0.1; done'; cat /run/early`),
  ).toBe('ended');
});

it('names an sshd with its own configuration, which the lock does not reach', async () => {
  const { lab } = fleet;
  await lab.exec(
    'asahi',
    `cp /etc/ssh/sshd_config /run/second; sed -i '/^Include/d' /run/second
     /usr/sbin/sshd -f /run/second -o Port=2223 -o PidFile=/run/second.pid`,
  );
  await expect(close('asahi')).rejects.toThrow(/another sshd listens here .*\/run\/second/);
  await lab.exec('asahi', 'kill $(cat /run/second.pid)');
  await close('asahi');
});

it('counts a real account inside an exempt range, one with a small uid and a session, and one that keeps forking', async () => {
  const { lab, hosts } = fleet;
  await lab.exec(
    'asahi',
    `btrfs property set -ts / ro false
     useradd -M -u 900 small; useradd -M -u 700100 covered; echo prof:700000:65536 >>/etc/subuid
     btrfs property set -ts / ro true
     systemd-run --quiet --uid=700100 --unit=covered sleep 1000
     systemd-run --quiet --uid=900 -p PAMName=login --unit=small sleep 1000
     systemd-run --quiet --uid=erin -p PAMName=login --unit=forks -p KillMode=none bash -c 'f() { (f) & }; f; sleep 1000'
     timeout 30 bash -c 'until loginctl list-sessions --no-legend | grep -q small; do sleep 0.1; done'`,
  );
  await expect(hosts.proveAbsence({ host: 'asahi', keep })).rejects.toThrow(/covered/);
  await hosts.drainHost({ ref: refOf('drain-uids'), host: 'asahi', keep });
  expect(await lab.exec('asahi', 'pgrep -u 900,700100,erin || echo none')).toBe('none');
  await lab.exec(
    'asahi',
    `btrfs property set -ts / ro false; userdel small; userdel covered; sed -i /^prof:700000/d /etc/subuid
     btrfs property set -ts / ro true`,
  );
});

it('ends a process that forks itself anew outside of any session, though /proc is read too slowly to show it', async () => {
  const { lab, hosts } = fleet;
  await lab.exec(
    'asahi',
    `systemd-run --quiet --uid=erin --unit=forks-anew -p KillMode=none -p LimitNPROC=40 -p Nice=19 python3 -c '${FORKS_ANEW}'`,
  );
  const populated = () =>
    lab.exec(
      'asahi',
      'grep -c "^populated 1" /sys/fs/cgroup/system.slice/forks-anew.service/cgroup.events 2>/dev/null || true',
    );
  expect(await populated()).toBe('1');
  await hosts.drainHost({ ref: refOf('drain-forks-anew'), host: 'asahi', keep });
  await expect.poll(populated).not.toBe('1');
  expect(await lab.exec('asahi', 'find /sys/fs/cgroup -name cgroup.freeze -exec grep -lx 1 {} +  || true')).toBe('');
});

it('takes an account of the ID server for a user by its name, and a daemon of that name for the system', async () => {
  const { lab, hosts, accounts } = fleet;
  await accounts('low', 'daemon');
  await lab.exec(
    'asahi',
    `btrfs property set -ts / ro false; useradd -M -u 901 -d /csehome/low low; useradd -M -u 902 -d / other; btrfs property set -ts / ro true
     for user in low other daemon; do systemd-run --quiet --uid=$user --unit=as-$user sleep 1000; done`,
  );
  await expect(hosts.proveAbsence({ host: 'asahi', keep })).rejects.toThrow(/1 process of users on asahi: low \(sleep/);
  await hosts.drainHost({ ref: refOf('drain-names'), host: 'asahi', keep });
  expect(await lab.exec('asahi', 'systemctl is-active as-low as-other as-daemon || true')).toBe(
    'inactive\nactive\nactive',
  );
  await lab.exec(
    'asahi',
    `systemctl stop as-other as-daemon; btrfs property set -ts / ro false; userdel low; userdel other; btrfs property set -ts / ro true`,
  );
});

it('asks about a uid that has no account and lies in no range of one owner, and does not end its process', async () => {
  const { lab, hosts } = fleet;
  await lab.exec(
    'asahi',
    `cp /etc/subuid /run/subuid; echo prof:800000:10 >>/run/subuid; echo kim:800005:10 >>/run/subuid; mount --bind /run/subuid /etc/subuid
     for uid in 4321 731 800002 800007 800012; do systemd-run --quiet --unit=of-$uid setpriv --reuid=$uid --clear-groups sleep 1000; done
     timeout 30 bash -c "until pgrep -u 4321 sleep && pgrep -u 731 sleep && pgrep -u 800002 sleep && pgrep -u 800007 sleep && pgrep -u 800012 sleep; do sleep 0.1; done"`,
  );
  const drain = (round: number) => hosts.drainHost({ ref: refOf('drain-unnamed', round), host: 'asahi', keep });
  await expect(drain(1)).rejects.toThrow(
    /asahi: process \d+ \(sleep\) of uid (731|4321|800007), and 2 more like it, has no account/,
  );
  const states = () => lab.exec('asahi', 'systemctl is-active of-{4321,731,800002,800007,800012} || true');
  expect(await states()).toBe('active\nactive\nactive\nactive\ninactive');
  await lab.exec('asahi', 'systemctl stop of-4321 of-731 of-800007');
  await drain(2);
  expect(await lab.exec('asahi', 'systemctl is-active of-800002; systemctl stop of-800002; umount /etc/subuid')).toBe(
    'active',
  );
});

it('proves nothing while logind does not list the sessions', async () => {
  const { lab, hosts } = fleet;
  await lab.exec('asahi', 'systemctl mask --runtime --now systemd-logind.service');
  await expect(hosts.proveAbsence({ host: 'asahi', keep })).rejects.toThrow(/logind does not list the sessions/);
  await lab.exec('asahi', 'systemctl unmask --runtime systemd-logind.service; systemctl start systemd-logind');
  await expect.poll(() => hosts.proveAbsence({ host: 'asahi', keep }).then(({ what }) => what)).toBe('absence');
});

it('checks the running sshd, not the lock file alone', async () => {
  const { lab } = fleet;
  const writable = (command: string) =>
    lab.exec('asahi', `btrfs property set -ts / ro false; ${command}; btrfs property set -ts / ro true`);
  await writable(`mv ${FILE} /run/away; systemctl restart ssh; mv /run/away ${FILE}`);
  await expect.poll(() => close('asahi', true).catch(String)).toMatch(/its running sshd admits \w+/);
  await (await lab.login('asahi', 'kim')).end();
  await close('asahi');
  await expect(lab.login('asahi', 'kim')).rejects.toThrow(/Permission denied/);
});

it('survives a power cut', async () => {
  const { lab } = fleet;
  await lab.powerCut('asahi');
  await lab.powerOn('asahi');
  await expect.poll(() => close('asahi', true), { timeout: 20_000 }).toMatchObject({ what: 'logins-closed' });
  await expect(lab.login('asahi', 'kim')).rejects.toThrow(/Permission denied/);
});

it('voids an approval if logins were open in between, though they are closed again', async () => {
  const { hosts } = fleet;
  const before = await hosts.drainHost({ ref: refOf('drain'), host: 'asahi', keep, close: true });
  expect(before.facts.closedSince).toMatch(/^\d{4}-/);
  await demandClosed(deps(), [before], ['asahi'], keep);
  await hosts.openLogins({ hosts: ['asahi'] });
  await expect(demandClosed(deps(), [before], ['asahi'], keep)).rejects.toMatchObject({ type: 'PlanVoid' });
  await close('asahi');
  await expect(demandClosed(deps(), [before], ['asahi'], keep)).rejects.toThrow(/asahi have not stayed closed since/);
});

it('opens logins again, and a second time without error', async () => {
  const { lab, hosts } = fleet;
  expect(await hosts.openLogins({ hosts: ['asahi'] })).toMatchObject({ how: 'service' });
  await (await lab.login('asahi', 'kim')).end();
  expect(await hosts.openLogins({ hosts: ['asahi'] })).toMatchObject({ how: 'found' });
  expect(await lab.exec('asahi', `ls ${FILE} 2>&1 || true; btrfs property get -ts / ro`)).toMatch(
    /No such file.*\nro=true/,
  );
  await expect(close('asahi', true)).rejects.toThrow(/logins on asahi are not closed/);
});
