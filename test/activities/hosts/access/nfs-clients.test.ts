import { execa } from 'execa';
import { expect, test } from 'vitest';
import { rawText } from '../../../../activities/hosts/remote/scripts.ts';

/** Runs `nfs-clients.sh` with these answers of `ss` and `ip`. */
async function clients(ss: string, ip: string) {
  const text = `set -euo pipefail; ss() { printf '${ss}'; }; ip() { ${ip}; }\n${await rawText('nfs-clients')}`;
  const { stdout, exitCode } = await execa('bash', ['-c', text], { reject: false });
  return { stdout, exitCode };
}
const OWN = `printf 'lo UNKNOWN 127.0.0.1/8 ::1/128\\neth0 UP 10.0.0.1/24 fe80::1/64\\n'`;
const ss = (...peers: readonly string[]) => peers.map((peer) => `0 0 10.0.0.1:2049 ${peer}\\n`).join('');

test("names each client once, without this machine's own addresses", async () => {
  const peers = ss('10.0.0.9:700', '10.0.0.9:701', '10.0.0.1:702', '[::1]:703', '[::ffff:10.0.0.8]:704');
  expect((await clients(peers, OWN)).stdout).toBe('10.0.0.8 connection\n10.0.0.9 connection');
});

test('the other end of a point-to-point link is a client', async () => {
  const link = `printf 'tun0 UNKNOWN 10.0.0.1 peer 10.0.0.2/32\\n'`;
  expect((await clients(ss('10.0.0.2:700', '10.0.0.1:701'), link)).stdout).toBe('10.0.0.2 connection');
});

test('no client', async () => {
  expect(await clients('', OWN)).toEqual({ stdout: '', exitCode: 0 });
});

test('fails rather than miss a client if its own addresses are not known', async () => {
  expect((await clients(ss('10.0.0.9:700'), 'return 1')).exitCode).toBe(1);
});
