import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import pg from 'pg';
import { type Child, startChild } from '../children.ts';

/** The lab's own PostgreSQL cluster, on a loopback address. */
export interface Cluster {
  /** Connection string of `role`. All roles have the cluster's password. */
  url(role: string): string;
  /** Starts the server if it is not running; resolves when it accepts connections. */
  start(): Promise<void>;
  end(signal?: NodeJS.Signals): Promise<void>;
}

const ACCOUNT = 'postgres';

/** Folder of the server's programs: Debian installs them outside PATH, one folder per version. */
function binaries(): string {
  const root = '/usr/lib/postgresql';
  const newest = readdirSync(root)
    .toSorted((a, b) => Number(a) - Number(b))
    .at(-1);
  if (!newest) throw new Error(`no PostgreSQL below ${root}: apt-get install postgresql`);
  return join(root, newest, 'bin');
}

/** Creates a cluster in `dir/data` with the superuser `admin`. `postgres` owns it: the server refuses root. */
async function initialise(bin: string, dir: string, password: string): Promise<string> {
  const data = join(dir, 'data');
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await execa('id', [flag, ACCOUNT])).stdout)),
  );
  await mkdir(data, { recursive: true });
  await chmod(dir, 0o711);
  await chown(data, uid ?? 0, gid ?? 0);
  const secret = join(dir, 'password');
  await writeFile(secret, password, { mode: 0o600 });
  await chown(secret, uid ?? 0, gid ?? 0);
  const flags = ['--no-sync', '--auth=scram-sha-256', '--username=admin', '--encoding=UTF8', '--locale=C.UTF-8'];
  const initdb = [join(bin, 'initdb'), '--pgdata', data, `--pwfile=${secret}`, '--wal-segsize=1', ...flags];
  const as = [`--reuid=${ACCOUNT}`, `--regid=${ACCOUNT}`, '--clear-groups', '--'];
  await execa('setpriv', [...as, ...initdb]).catch((cause: unknown) => {
    throw new Error(`initdb failed in ${data}; the account ${ACCOUNT} must be able to enter every folder above it`, {
      cause,
    });
  });
  await rm(secret);
  return data;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

/** Prepares a new cluster below `dir`; `start` runs it. */
export async function createCluster(a: {
  dir: string;
  address: string;
  port: number;
  password: string;
}): Promise<Cluster> {
  const bin = binaries();
  await mkdir(a.dir, { recursive: true });
  const data = await initialise(bin, a.dir, a.password);
  const url = (role: string) => `postgres://${role}:${a.password}@${a.address}:${a.port}/postgres`;
  let server: Child | null = null;

  return {
    url,
    async start() {
      if (server) return;
      // The previous server has ended with all its children, so its lock file is stale.
      await rm(join(data, 'postmaster.pid'), { force: true });
      const settings = {
        listen_addresses: a.address,
        port: a.port,
        unix_socket_directories: '',
        max_connections: 30,
        shared_buffers: '16MB',
        dynamic_shared_memory_type: 'mmap',
      };
      const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      const child = startChild([join(bin, 'postgres'), '-D', data, ...flags], {
        account: ACCOUNT,
        cwd: '/',
        log: join(a.dir, 'postgres.log'),
      });
      server = child;
      let running = true;
      void child.ended.then(() => {
        running = false;
        server = null;
      });
      while (!(await answers(url('admin')))) {
        if (!running) throw new Error(`PostgreSQL exited; see ${join(a.dir, 'postgres.log')}`);
        await setTimeout(50);
      }
    },
    async end(signal = 'SIGKILL') {
      await server?.end(signal);
    },
  };
}
