import { afterAll, beforeAll, expect, test } from 'vitest';
import { askExports } from '../../../activities/hosts/access/exports.ts';
import { loadSite } from '../../../config/load.ts';
import { startFleet } from '../../activities/hosts/fleet.ts';

/** The scripts of the storage host on a real NFS server, with another machine as its client. */
const [STORAGE, HOST] = ['oloroso', 'asahi'];
let fleet: Awaited<ReturnType<typeof startFleet>>;

beforeAll(async () => {
  fleet = await startFleet({ kind: 'machines', hosts: [HOST] });
  await fleet.lab.powerOn(STORAGE);
});
afterAll(() => fleet?.stop());

test('kernel NFS: root is squashed; an export stops and starts for a mounted client, and the clients are listed', async () => {
  const { lab, remote } = fleet;
  // sshd answers before everything has started.
  const server = () => lab.exec(STORAGE, 'systemctl is-active nfs-server || systemctl list-jobs --no-legend');
  await expect.poll(server, { timeout: 300_000, interval: 2000 }).toBe('active');
  const site = await loadSite(lab.siteFile);
  const asked = async (mode: 'look' | 'stop' | 'start') =>
    await askExports({ remote }, site, mode, { name: HOST, address: '10.77.0.11', port: 22, sudo: 'nopasswd' });
  const clients = async () => (await remote.run(STORAGE, { name: 'nfs-clients', args: [] })).trim();
  const file = () => lab.exec(STORAGE, 'cat /etc/exports');
  const on = (command: string) => lab.exec(HOST, command);
  const before = await file();
  expect(await asked('look')).toMatchObject({ to: [HOST] });
  expect(await clients()).toBe('');

  await on('mkdir -p /run/homes; mount -t nfs4 -o soft,timeo=50,retrans=1 oloroso:/csehome /run/homes');
  await expect(on('touch /run/homes/dave/by-root')).rejects.toThrow('Permission denied');
  expect(await on('setpriv --reuid dave --regid cseusers --clear-groups cat /run/homes/dave/README.txt')).toBe(
    '정대현',
  );
  expect(await clients()).toBe('10.77.0.11');

  expect(await asked('stop')).toMatchObject({ changed: true, to: [] });
  await expect(on('ls /run/homes')).rejects.toThrow(/Permission denied|Stale file handle/);
  expect(await asked('start')).toMatchObject({ changed: true, to: [HOST] });
  expect(await file()).toBe(before);
  await expect.poll(() => on('ls /run/homes').catch(String), { timeout: 60_000 }).toContain('dave');
  await on('umount /run/homes');
  await expect.poll(clients, { timeout: 60_000 }).toBe('');
});
