import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLayout } from '../../../../activities/hosts/root/layout.ts';
import { startUpdateFleet, type UpdateFleet } from '../update-fleet.ts';

let fleet: UpdateFleet;
beforeAll(async () => {
  fleet = await startUpdateFleet(['asahi']);
});
afterAll(() => fleet?.down());

const check = (fingerprint?: string) =>
  checkLayout(fleet.deps)({ host: 'asahi', ...(fingerprint !== undefined && { fingerprint }) });
const run = (command: string) => fleet.look('asahi', command);

test('the lab has the runbook’s layout, with the plain docker scripts', async () => {
  await expect(check()).resolves.toMatchObject({ what: 'layout', facts: { hints: 1 } });
});

test('every problem of a bad layout is named at once, with its remedy', async () => {
  await run(
    'btrfs property set -ts / ro false; chmod -x /usr/local/sbin/add-docker-user; cp /etc/group /run/group; ' +
      'sed -i s/^cseusers:/others:/ /etc/group; cp /etc/passwd /run/passwd; grep -E "^(root|bacchus|sshd):" /run/passwd >/etc/passwd',
  );
  const failure = check();
  await expect(failure).rejects.toMatchObject({ type: 'VerificationFailed', nonRetryable: true });
  await expect(failure).rejects.toThrow(/writable.*no owner of a home.*group cseusers.*add-docker-user/s);
  await run(
    'cat /run/group >/etc/group; cat /run/passwd >/etc/passwd; chmod +x /usr/local/sbin/add-docker-user; ' +
      'btrfs property set -ts / ro true',
  );
  await check();
});

test('a directory to wipe that does not exist, or is a symbolic link, is named', async () => {
  const wiped = (alsoWipe: readonly string[]) => {
    const site = async () => {
      const given = await fleet.deps.site();
      return { ...given, layout: { ...given.layout, alsoWipe } };
    };
    return checkLayout({ ...fleet.deps, site })({ host: 'asahi' });
  };
  await run('mkdir /local/data; ln -s /local/data /local/scratch');
  await expect(wiped(['/local/data'])).resolves.toMatchObject({ what: 'layout' });
  await expect(wiped(['/local/scratch', '/local/none'])).rejects.toThrow(
    /\/local\/scratch leads to \/local\/data by a symbolic link.*\/local\/none does not exist/s,
  );
  await run('rm /local/scratch; rmdir /local/data');
});

test('a reinstalled host is accepted only by the fingerprint that a person read on its console', async () => {
  const { knownHosts } = (await fleet.deps.site()).ssh;
  const pins = () => readFile(knownHosts, 'utf8');
  const before = await pins();
  const old = await run('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
  const key = '/etc/ssh/ssh_host_ed25519_key';
  await run(
    `btrfs property set -ts / ro false; rm ${key}; ssh-keygen -q -t ed25519 -N "" -f ${key}; ` +
      'btrfs property set -ts / ro true; systemctl restart ssh',
  );
  fleet.deps.remote.forget('asahi');
  await expect(check()).rejects.toMatchObject({ type: 'ConfigInvalid' });
  await expect(check(old)).rejects.toThrow(/does not show the key SHA256:.*nothing was pinned/s);
  expect(await pins()).toBe(before);
  // The format of ssh-keygen -l: "256 SHA256:… root@asahi (ED25519)".
  await expect(check(await run(`ssh-keygen -lf ${key}.pub`))).resolves.toMatchObject({ what: 'layout' });
  expect(await pins()).not.toBe(before);
});
