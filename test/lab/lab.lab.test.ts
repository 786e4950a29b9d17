import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSite } from '../../config/load.ts';
import { answersSsh } from '../../lab/addresses.ts';
import { startLab, type Lab } from '../../lab/lab.ts';
import { runningLabs } from '../../lab/standing.ts';
import { LABS } from '../../lab/keeper.ts';
import { NOTHING, tracesOf } from './traces.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ hosts: ['asahi', 'bernini'] });
});
afterAll(() => lab?.down());

const ssh = (host: string, command: string, ...options: string[]) =>
  execa('ssh', ['-F', lab.sshConfig, ...options, host, command], { reject: false, stdin: 'ignore' });
const bootId = (host: string) => lab.exec(host, 'cat /proc/sys/kernel/random/boot_id');
const addressOf = (host: string) => lab.hosts.find(({ name }) => name === host)?.address ?? '';

describe('hosts', () => {
  test('accept OpenSSH with a pinned key, and with no other', async () => {
    expect((await ssh('asahi', 'hostname; whoami')).stdout).toBe('asahi\nbacchus');
    const wrong = path.join(lab.dir, 'wrong_hosts');
    const other = await lab.exec('bernini', 'cat /etc/ssh/ssh_host_ed25519_key.pub');
    await writeFile(wrong, `[${addressOf('asahi')}]:2222 ${other}\n`);
    const refused = await ssh('asahi', 'hostname', '-o', `UserKnownHostsFile=${wrong}`);
    expect(refused.exitCode).toBe(255);
    expect(refused.stderr).toContain('Host key verification failed');
  });

  test('have read-only roots with their own identity', async () => {
    const looks = ['asahi', 'bernini'].map((host) => lab.exec(host, 'cat /etc/hostname /etc/machine-id'));
    const [one, two] = await Promise.all(looks);
    expect(one).not.toBe(two);
    await expect(lab.exec('asahi', 'touch /etc/proof')).rejects.toThrow('Read-only file system');
    expect(await lab.exec('asahi', 'uname -n')).toBe('asahi');
    expect(await lab.exec('asahi', 'btrfs property get -ts / ro')).toBe('ro=true');
    expect(await lab.exec('asahi', 'btrfs subvolume get-default /')).toMatch(/ path root$/);
    expect(await lab.exec('asahi', 'systemctl --failed --no-legend')).toBe('');
  });

  test('ask for a password in sudo if the site says so', async () => {
    const site = await loadSite(lab.siteFile);
    expect(site.hosts.map(({ name, sudo }) => [name, sudo])).toEqual([
      ['asahi', 'nopasswd'],
      ['bernini', 'password'],
    ]);
    expect((await ssh('asahi', 'sudo -n id -u')).stdout).toBe('0');
    expect((await ssh('bernini', 'sudo -n id -u')).stderr).toContain('a password is required');
    const input = `${lab.secrets['SEMESTER_SSH_PASSWORD']}\n`;
    const asked = await execa('ssh', ['-F', lab.sshConfig, 'bernini', 'sudo -S -p "" id -u'], { input });
    expect(asked.stdout).toBe('0');
  });

  test('reboot into a new boot id, and end the commands that run in them', async () => {
    const before = await bootId('bernini');
    const executed = Promise.allSettled([1, 2, 3, 4].map(() => lab.exec('bernini', 'exec sleep 600')));
    await lab.exec('bernini', 'systemctl reboot').catch(() => {});
    expect((await executed).map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
    await expect.poll(() => bootId('bernini').catch(() => before), { timeout: 30_000 }).not.toBe(before);
    await lab.powerOn('bernini');
    expect(await lab.exec('bernini', 'systemctl is-system-running --wait')).toBe('running');
  });

  test('stop at a power cut, and come back with the data on disk', async () => {
    await lab.exec('asahi', 'echo kept > /local/kept; sync -f /local');
    const before = await bootId('asahi');
    await lab.powerCut('asahi');
    expect(await answersSsh(addressOf('asahi'))).toBe(false);
    await expect(bootId('asahi')).rejects.toThrow('not running');
    await lab.powerOn('asahi');
    expect(await bootId('asahi')).not.toBe(before);
    expect(await lab.exec('asahi', 'cat /local/kept')).toBe('kept');
  });

  test('are silent while their cable is unplugged', async () => {
    await lab.linkDown('asahi');
    expect(await answersSsh(addressOf('asahi'))).toBe(false);
    await lab.linkUp('asahi');
    await expect.poll(() => answersSsh(addressOf('asahi')), { timeout: 20_000 }).toBe(true);
  });
});

describe('users', () => {
  test('work in sessions that logind and nvidia-smi list', async () => {
    const login = await lab.login('bernini', 'heidi');
    const query = 'nvidia-smi --query-compute-apps=gpu_uuid,pid,used_memory,process_name --format=csv,noheader,nounits';
    expect(await lab.exec('bernini', query)).toContain(`, ${login.pid}, `);
    expect(await lab.exec('bernini', 'loginctl list-users --no-legend')).toContain('heidi');
    await lab.exec('bernini', 'loginctl kill-user heidi');
    await login.ended;
    await expect.poll(() => lab.exec('bernini', query)).not.toContain(`, ${login.pid}, `);
  });

  test('get a Docker range through sudo, and the root is read-only again', async () => {
    await expect(lab.exec('bernini', 'add-docker-user frank')).rejects.toThrow('Read-only file system');
    const own = await ssh('bernini', 'sudo /usr/local/sbin/add-me-to-docker-user', '-l', 'frank');
    expect(own).toMatchObject({ exitCode: 0 });
    const starts = (await lab.exec('bernini', 'cut -d: -f2 /etc/subuid')).split('\n').map(Number);
    expect(new Set(starts.map((start) => Math.floor((start - 100_000) / 65_536))).size).toBe(starts.length);
    expect(await lab.exec('bernini', 'grep -c ^frank: /etc/subuid /etc/subgid')).toBe('/etc/subuid:1\n/etc/subgid:1');
    expect(await lab.exec('bernini', 'btrfs property get -ts / ro')).toBe('ro=true');
  });

  test('have homes on the storage host, one with a subvolume of its own, beside old backups', async () => {
    await lab.exec('oloroso', 'mount /root/btrfs-toplevel');
    const list = await lab.exec('oloroso', 'btrfs subvolume list /root/btrfs-toplevel | sed "s/.* path //" | sort');
    expect(list.split('\n')).toEqual(
      expect.arrayContaining(['csehome', 'csehome/erin/datasets', 'backups/gpu/2025-08-12-wipe', 'root', 'old-root']),
    );
    await lab.exec('oloroso', 'touch /csehome/dave/new');
    expect(await lab.exec('asahi', 'ls /csehome/dave')).toContain('new');
  });
});

test('newer packages appear, and pacman upgrades only in a writable window', async () => {
  await expect(lab.exec('asahi', 'pacman -Syu --noconfirm')).rejects.toThrow('unable to lock database');
  const version = await lab.publishPackages();
  await lab.exec(
    'asahi',
    'btrfs property set -ts / ro false && pacman -Syu --noconfirm; btrfs property set -ts / ro true',
  );
  expect(await lab.exec('asahi', 'pacman -Q cuda')).toBe(`cuda ${version}`);
});

test('a host that cannot boot reports it', async () => {
  await lab.exec('bernini', 'mkdir -p /tmp/top; mount -o subvolid=5 /dev/nvme0n1p2 /tmp/top; touch /tmp/top/empty');
  await lab.exec('bernini', 'btrfs -q subvolume create /tmp/top/void && btrfs subvolume set-default /tmp/top/void');
  await lab.exec('bernini', 'systemctl reboot').catch(() => {});
  await expect.poll(() => lab.power('bernini'), { timeout: 20_000 }).toBe('crashed');
  await expect(lab.powerOn('bernini')).rejects.toThrow('bernini did not come up');
});

describe('the end', () => {
  test('of the machine: the next start cleans up', async () => {
    const gone = { number: 98, dir: path.join(LABS, '98') };
    const disk = path.join(gone.dir, 'disks', 'asahi.img');
    // Holds the lab's lock: another test's lab may start at any moment, and would clean this up too.
    const left =
      'mkdir -p "${1%/*}"; truncate --size 1M "$1"; losetup --find "$1"; losetup --list --noheadings --output BACK-FILE';
    const { stdout } = await execa('flock', [path.join(LABS, '98.lock'), 'sh', '-ec', left, 'sh', disk]);
    expect(stdout.split('\n')).toContain(disk);
    const next = await startLab({ hosts: [], busy: false });
    await next.down();
    await expect.poll(() => tracesOf(gone), { timeout: 20_000 }).toEqual(NOTHING);
  });

  test('of one of two labs leaves nothing, and the other stays up', async () => {
    const second = await startLab({ hosts: ['asahi'] });
    const traces = await tracesOf(second);
    expect(second.number).not.toBe(lab.number);
    expect((await runningLabs()).map(({ number }) => number)).toEqual(
      expect.arrayContaining([lab.number, second.number]),
    );
    expect(traces.loops).toHaveLength(2);
    expect(traces.groups).toHaveLength(2);
    expect(traces.processes.length).toBeGreaterThan(10);
    expect(await second.exec('asahi', 'cat /etc/machine-id')).not.toBe(await lab.exec('asahi', 'cat /etc/machine-id'));
    await second.down();
    expect(await tracesOf(second)).toEqual(NOTHING);
    expect((await ssh('asahi', 'hostname')).stdout).toBe('asahi');
  });

  test('by SIGKILL of its owner leaves nothing either', async () => {
    const owner = spawn(process.execPath, [path.join(import.meta.dirname, 'owner.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
    const owned = JSON.parse(line) as { number: number; dir: string };
    expect((await tracesOf(owned)).loops).toHaveLength(2);
    owner.kill('SIGKILL');
    // The lab's lock is free when its keeper has removed everything.
    await execa('flock', ['--wait', '60', path.join(LABS, `${owned.number}.lock`), 'true']);
    await expect.poll(() => tracesOf(owned)).toEqual(NOTHING);
  });
});
