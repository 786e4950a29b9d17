import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { ADMINISTRATOR } from './people.ts';
import { SSH_PORT } from './addresses.ts';
import type { Keeper } from './keeper.ts';

/** Enters the lab's namespaces, then the host's. The pid of the host's init is valid only in the lab's namespace. */
const ENTER = `
  { leader=$(<"$1"); } 2>/dev/null || { echo "the host is not running" >&2; exit 69; }
  exec nsenter --target "$leader" --mount --uts --ipc --net --pid --cgroup --root --wd -- /bin/bash -c "$2"`;

/**
 * Runs a shell command as root inside a host, without sshd. Returns its standard output without the last line break.
 * @throws ExecaError with exit code and standard error; code 69 if the host is not running.
 */
export async function execInHost(lab: Pick<Keeper, 'init' | 'dir'>, host: string, command: string): Promise<string> {
  const leader = path.join(lab.dir, 'leader', host);
  const running = execa(
    'nsenter',
    ['--target', String(lab.init), '--mount', '--pid', '--', 'bash', '-c', ENTER, host, leader, command],
    {
      stdin: 'ignore',
      extendEnv: false,
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', HOME: '/root' },
    },
  );
  // At shutdown a host sends SIGSTOP before SIGKILL, and nsenter stops with its child. Nothing else continues nsenter.
  const wake = setInterval(() => running.kill('SIGCONT'), 1000);
  try {
    return (await running).stdout;
  } finally {
    clearInterval(wake);
  }
}

/**
 * Runs a shell command as root inside a machine, which nothing outside can enter but SSH. Returns its standard output without the last line break.
 * @throws ExecaError with exit code and standard error; code 255 if the machine does not answer.
 */
export async function execInMachine(sshConfig: string, host: string, command: string): Promise<string> {
  const { stdout } = await execa('ssh', ['-F', sshConfig, '-o', 'ConnectTimeout=30', '-l', 'root', host, command], {
    stdin: 'ignore',
  });
  return stdout;
}

/** A user's SSH session that runs `trainer`, which `nvidia-smi` lists. */
export interface Login {
  /** Process id of `trainer` inside the host. */
  readonly pid: number;
  /** Resolves when the session ends, for any reason. */
  readonly ended: Promise<void>;
  /** Closes the session; its process receives SIGHUP. */
  end(): Promise<void>;
}

/**
 * Logs a user in by key with OpenSSH and runs `trainer` for `seconds`. The session ends with this process.
 * @throws Error if the login is refused.
 */
export async function loginAs(config: string, host: string, user: string, seconds = 3600): Promise<Login> {
  const ssh = ['ssh', '-F', config, '-tt', '-l', user, host, `echo "pid $$"; exec trainer ${seconds}`];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...ssh], { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  child.stderr.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-1000)));
  const ended = once(child, 'close').then(() => undefined);
  const pid = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /^pid (\d+)/.exec(line);
      if (found) resolve(Number(found[1]));
    });
    void ended.then(() => reject(new Error(`${user} cannot log in to ${host}: ${output.trim()}`)));
  });
  return {
    pid,
    ended,
    async end() {
      child.kill();
      await ended;
    },
  };
}

/** Writes `ssh_config`, with which OpenSSH connects to every host by name; returns its path. */
export async function writeSshConfig(
  dir: string,
  hosts: readonly { name: string; address: string }[],
  files: { key: string; knownHosts: string },
): Promise<string> {
  const file = path.join(dir, 'ssh_config');
  const each = hosts.map(({ name, address }) => `Host ${name}\n  HostName ${address}\n`);
  const all = `Host *
  Port ${SSH_PORT}
  User ${ADMINISTRATOR.user}
  IdentityFile ${files.key}
  IdentitiesOnly yes
  UserKnownHostsFile ${files.knownHosts}
  StrictHostKeyChecking yes
  # The default key exchange, which outlasts quantum computers, takes most of the processor time of a login.
  KexAlgorithms curve25519-sha256
  LogLevel ERROR
`;
  await writeFile(file, each.join('') + all);
  return file;
}
