import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { Site } from '../../../../domain/site.ts';

/**
 * An SSH server in this process that runs commands with bash on this machine: real protocol, no lab. A command whose
 * channel is closed keeps running, with its input at EOF, as under OpenSSH.
 */
export async function startSshd(options: { password?: string; key?: string; pin?: 'right' | 'wrong' | 'none' } = {}) {
  // One in 400 of the ed25519 keys that ssh2 makes is malformed.
  const hostKey = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const other = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const connections = new Set<ssh2.Connection>();
  const tried: string[] = [];
  let logins = 0;
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
    connections.add(connection);
    connection.on('error', () => connections.delete(connection));
    connection.on('authentication', (auth) => {
      tried.push(auth.method);
      const isKey = auth.method === 'publickey' && options.key === auth.key.data.toString('base64');
      if (isKey || (auth.method === 'password' && auth.password === (options.password ?? 'secret'))) auth.accept();
      else auth.reject(['publickey', 'password']);
    });
    connection.on('ready', () => {
      logins++;
      connection.on('session', (accept) => {
        accept().on('exec', (acceptExec, _reject, info) => serve(acceptExec(), info.command));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const dir = await mkdtemp(join(tmpdir(), 'semester-ssh-'));
  const knownHosts = join(dir, 'known_hosts');
  const pinned = { right: hostKey.public, wrong: other.public, none: undefined }[options.pin ?? 'right'];
  await writeFile(knownHosts, pinned ? `[127.0.0.1]:${port} ${pinned.split(' ').slice(0, 2).join(' ')}\n` : '');
  const host = { name: 'asahi', address: '127.0.0.1', port, sudo: 'nopasswd' };
  const site = { name: 'test', ssh: { user: 'bacchus', knownHosts }, storage: host, hosts: [] } as unknown as Site;
  return {
    site,
    knownHosts,
    logins: () => logins,
    /** The methods of authentication that clients tried, in order. */
    tried: () => tried,
    /** Cuts every connection, as a failing network does. */
    cut: () => connections.forEach((connection) => connection.end()),
    async stop() {
      connections.forEach((connection) => connection.end());
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(dir, { recursive: true });
    },
  };
}

function serve(channel: ssh2.ServerChannel, command: string): void {
  const child = spawn('bash', ['-c', command]);
  channel.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  channel.on('close', () => child.stdin.end());
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on('close', (code) => {
    channel.exit(code ?? 255);
    channel.end();
  });
}
