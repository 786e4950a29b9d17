import { readFile, writeFile } from 'node:fs/promises';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DoctorCheck } from '../../../activities/doctor/contract.ts';
import { rowOf, startDoctor } from './fleet.ts';

let fleet: Awaited<ReturnType<typeof startDoctor>>;
let knownHosts: string;

beforeAll(async () => {
  fleet = await startDoctor({ hosts: ['asahi', 'bernini'] });
  knownHosts = `${fleet.lab.dir}/known_hosts`;
});
afterAll(async () => await fleet.stop());

const wrong = (checks: readonly DoctorCheck[]) =>
  checks.filter(({ state }) => state === 'wrong').map(({ check, where }) => `${check} ${where}`);

test('a healthy fleet: every check of every host and service runs', async () => {
  const checks = await fleet.look();
  expect(wrong(checks)).toEqual([]);
  for (const host of ['oloroso', 'asahi', 'bernini']) {
    const made = checks.filter(({ where, state }) => where === host && state === 'ok').map(({ check }) => check);
    const isGpu = host !== 'oloroso';
    const all = [
      'host key',
      'login',
      'images',
      'sudo',
      'clock',
      'logins',
      'free space',
      'trash',
      'left behind',
      'ids',
      ...(isGpu ? ['system'] : []),
      'layout',
      ...(isGpu ? ['boot', 'checks'] : []),
    ];
    expect(made).toEqual(all);
  }
  for (const check of ['ID server', 'addresses', 'mail', 'homepage', 'survey', 'store'])
    expect(rowOf(checks, check).state).toBe('ok');
  expect(rowOf(checks, 'sudo', 'bernini').found).toContain('with the password');
  expect(rowOf(checks, 'boot', 'asahi').found).toContain('a container');
  expect(await fleet.lab.services.smtp.mails()).toEqual([]);
});

describe('each problem is named with its remedy', () => {
  test('credentials and services', async () => {
    const checks = await fleet.look({
      secrets: { sshKey: 'not a key', idPassword: 'wrong', idDatabaseUrl: fleet.lab.services.idServer.adminUrl },
      site: (site) => ({
        ...site,
        homepage: { ...site.homepage, branch: 'gone' },
        mail: { ...site.mail, port: 9 },
        survey: { ...site.survey, columns: { ...site.survey.columns, docker: 'Whale' } },
      }),
    });
    expect(rowOf(checks, 'credential', 'SEMESTER_SSH_KEY').found).toBe('not a private key');
    expect(rowOf(checks, 'ID server').found).toMatch(/refuses the account .*SEMESTER_ID_PASSWORD/);
    expect(rowOf(checks, 'addresses').found).toMatch(/may write .*users.*may make roles/);
    expect(rowOf(checks, 'homepage').found).toContain('no branch gone');
    expect(rowOf(checks, 'mail')).toMatchObject({ state: 'wrong', where: expect.stringMatching(/:9$/) });
    expect(rowOf(checks, 'survey').found).toContain('no column "Whale"');
    expect(JSON.stringify(checks)).not.toContain(fleet.lab.secrets['SEMESTER_ID_PASSWORD']);
    expect(JSON.stringify(checks)).not.toContain(fleet.lab.secrets['SEMESTER_SSH_PASSWORD']);
  });

  test('a database role that cannot read one table: the finding holds the GRANT statement', async () => {
    const { adminUrl } = fleet.lab.services.idServer;
    const pg = await import('pg');
    const admin = new pg.default.Client({ connectionString: adminUrl });
    await admin.connect();
    try {
      await admin.query('revoke select (idx, identifier) on groups from reader');
      const row = rowOf(await fleet.look(), 'addresses');
      expect(row.found).toBe('reader cannot read groups (idx, identifier)');
      expect(row.remedy).toContain('grant select (idx, identifier) on groups to reader');
    } finally {
      await admin.query('grant select (idx, identifier) on groups to reader');
      await admin.end();
    }
  });

  test('a wrong sudo password: only the host whose sudo asks for it fails', async () => {
    const checks = await fleet.look({ secrets: { sshPassword: 'wrong' } });
    expect(wrong(checks)).toEqual(['sudo bernini']);
    expect(rowOf(checks, 'layout', 'bernini').state).toBe('skipped');
    expect(rowOf(checks, 'sudo', 'bernini').remedy).toContain('SEMESTER_SSH_PASSWORD');
  });

  test('no login works', async () => {
    const { private: sshKey } = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
    const checks = await fleet.look({ secrets: { sshKey, sshPassword: undefined } });
    expect(rowOf(checks, 'login', 'asahi')).toMatchObject({
      state: 'wrong',
      remedy: expect.stringContaining('bacchus'),
    });
    expect(rowOf(checks, 'credential', 'SEMESTER_SSH_PASSWORD').found).toContain('sudo asks for it on bernini');
  });

  test('image folders without write permission, a skewed clock, an unreachable host', async () => {
    await fleet.lab.exec(
      'oloroso',
      'install -d -o root -m 755 /csehome/bacchus/images && chown root /csehome/bacchus/images',
    );
    await fleet.lab.powerCut('asahi');
    const checks = await fleet.look({ clock: () => new Date(Date.now() + 300_000) });
    expect(rowOf(checks, 'images', 'bernini')).toMatchObject({
      state: 'wrong',
      remedy: 'on oloroso: install -d -o bacchus /csehome/bacchus/images',
    });
    expect(rowOf(checks, 'clock', 'bernini')).toMatchObject({
      state: 'wrong',
      found: expect.stringMatching(/\d+ s behind the worker's/),
    });
    expect(rowOf(checks, 'host key', 'asahi').found).toMatch(/asahi .*is it on/);
    expect(rowOf(checks, 'layout', 'asahi').state).toBe('skipped');
    await fleet.lab.exec('oloroso', 'install -d -o bacchus /csehome/bacchus/images');
    await fleet.lab.powerOn('asahi');
    expect(wrong(await fleet.look())).toEqual([]);
  });
});

test("left-overs of an earlier run are reported, and cleaned only on request; those that may be a person's stay", async () => {
  const { lab } = fleet;
  await lab.exec(
    'asahi',
    `set -e; mountpoint -q /root/btrfs-toplevel || mount /root/btrfs-toplevel; cd /root/btrfs-toplevel
     btrfs property set -f -ts / ro false
     mkdir -p semester; btrfs subvolume create snapshots/2026-01-01-gpu-update; btrfs subvolume create snapshots/mine
     btrfs subvolume snapshot root root.new; btrfs subvolume snapshot -r root failed-2026-01-01-gpu-update
     btrfs subvolume show failed-2026-01-01-gpu-update | sed -n 's/^[[:space:]]*UUID:[[:space:]]*//p' >>semester/failed-roots
     btrfs subvolume create failed-raid-rescue; echo photos >failed-raid-rescue/data
     mkdir -p semester/semester-lost; echo semester/2026-fall >semester/semester-lost/workflow
     date >semester/semester-lost/started
     printf 'image=2026-01-01-gpu-update\\nroot=-\\nseconds=600\\nwhy=\\n' >semester/guard; touch -d '1 hour ago' semester/guard`,
  );
  await lab.exec(
    'oloroso',
    `set -e; cd /csehome/bacchus/images; touch 2026-01-01-gpu-update.zst new.zst.part; touch -d yesterday old.zst.part`,
  );
  const kinds = [
    '/: ',
    'semester-lost',
    '2026-01-01-gpu-update',
    'snapshots/mine',
    'root.new',
    'semester/guard',
    '/failed-',
  ];
  const left = (checks: readonly DoctorCheck[], state: string) =>
    checks.filter((one) => one.check === 'left behind' && one.state === state).map(({ found }) => found);

  const before = left(await fleet.look(), 'wrong');
  for (const kind of [...kinds, 'old.zst.part']) expect(before.join('\n')).toContain(kind);
  expect(before.join('\n')).toContain('(semester/2026-fall)');
  expect(before.join('\n')).not.toContain('new.zst.part');
  // The check itself changes nothing.
  expect(left(await fleet.look(), 'wrong')).toEqual(before);

  // While a job runs on the host, the doctor touches none of its files.
  await lab.exec('asahi', 'systemd-run --unit=semester-working sleep 600');
  const busy = await fleet.look({ fix: true });
  expect(left(busy, 'cleaned').filter((found) => !found.includes('.part'))).toEqual([]);
  expect(left(busy, 'ok').join('\n')).toContain('root.new: an unfinished new root; a job is running there');
  await lab.exec('asahi', 'systemctl stop semester-working');

  const cleaned = await fleet.look({ fix: true });
  expect(left(cleaned, 'cleaned')).toHaveLength(6);
  expect(wrong(cleaned)).toEqual(['left behind asahi']);
  expect(left(cleaned, 'wrong')).toEqual([expect.stringContaining('snapshots/mine')]);
  // A person's subvolume with the name pattern of a failed image is reported and kept.
  expect(left(cleaned, 'ok')).toContainEqual(
    expect.stringContaining('failed-raid-rescue: a subvolume that this service did not make'),
  );
  expect(await lab.exec('asahi', 'cat /root/btrfs-toplevel/failed-raid-rescue/data')).toBe('photos');
  const top = '/root/btrfs-toplevel';
  expect(await lab.exec('asahi', `ls ${top} ${top}/semester ${top}/snapshots; btrfs property get -ts / ro`)).toMatch(
    /^(?!.*(root\.new|semester-lost|guard|2026-01-01)).*mine.*ro=true$/s,
  );
  expect(await lab.exec('oloroso', 'ls /csehome/bacchus/images')).toMatch(/^(?!.*old\.zst\.part).*new\.zst\.part/s);
});

test('hosts trust pins the key that the host shows, and never replaces another key silently', async () => {
  const before = await readFile(knownHosts, 'utf8');
  const host = fleet.lab.hosts.find(({ name }) => name === 'asahi');
  const whole = before.split('\n').find((one) => one.includes(`[${host?.address}]`)) ?? '';
  // Without the comment that the lab's key files contain.
  const line = whole.split(' ').slice(0, 3).join(' ');
  try {
    await writeFile(knownHosts, before.replace(`${whole}\n`, ''));
    const unknown = rowOf(await fleet.look(), 'host key', 'asahi');
    expect(unknown).toMatchObject({ state: 'wrong', remedy: expect.stringContaining('semester hosts trust asahi') });

    await fleet.withDoctor({}, async (doctor) => {
      const keys = await doctor.offeredHostKeys({ host: 'asahi' });
      const [first] = keys.offered;
      expect(first).toMatchObject({ type: 'ssh-ed25519', pinned: false });
      const fingerprint = first?.fingerprint ?? '';
      const said = (await fleet.lab.exec('asahi', 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).split(' ')[1];
      expect(fingerprint).toBe(said);
      await expect(
        doctor.pinHostKey({ host: 'asahi', fingerprint: 'SHA256:other', replace: false }),
      ).rejects.toMatchObject({ type: 'VerificationFailed' });
      await doctor.pinHostKey({ host: 'asahi', fingerprint, replace: false });
      expect(await readFile(knownHosts, 'utf8')).toContain(line);

      const other = ssh2.utils.generateKeyPairSync('ed25519').public.split(' ').slice(0, 2).join(' ');
      const forged = before.replace(whole, `[${host?.address}]:${host?.port} ${other}`);
      await writeFile(knownHosts, forged);
      await expect(doctor.pinHostKey({ host: 'asahi', fingerprint, replace: false })).rejects.toThrow(/--replace/);
      expect(await readFile(knownHosts, 'utf8')).toBe(forged);
      expect((await doctor.offeredHostKeys({ host: 'asahi' })).others).toHaveLength(1);
      await doctor.pinHostKey({ host: 'asahi', fingerprint, replace: true });
      const after = await readFile(knownHosts, 'utf8');
      expect(after).toContain(line);
      expect(after).not.toContain(other);
    });
    expect(rowOf(await fleet.look(), 'host key', 'asahi').state).toBe('ok');
  } finally {
    await writeFile(knownHosts, before);
  }
});
