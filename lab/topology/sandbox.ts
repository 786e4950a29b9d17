import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { Compose } from './compose.ts';
import type { Image } from './images.ts';

/** Files and addresses of the sandboxes of one run. */
export interface SandboxFiles {
  readonly folder: string;
  readonly compose: Compose;
  /** Loopback addresses by service. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Folders of this machine that all services mount at the same path. */
  readonly shared: readonly string[];
}

const idOf = async (account: Image['account']): Promise<number> =>
  account === 'app' ? 1000 : Number((await execa('id', ['-u', account])).stdout);

/** Writes hosts, passwd and group files with the names of the compose network and the accounts of the images. */
export async function prepareSandbox({ folder, addresses }: SandboxFiles): Promise<void> {
  const etc = path.join(folder, 'etc');
  await mkdir(etc);
  const hosts = Object.entries(addresses).map(([name, address]) => `${address} ${name}`);
  await writeFile(path.join(etc, 'hosts'), `127.0.0.1 localhost\n${hosts.join('\n')}\n`);
  await writeFile(path.join(etc, 'nsswitch.conf'), 'hosts: files\npasswd: files\ngroup: files\n');
  const accounts = [
    ['root', 0, '/root'],
    ['app', await idOf('app'), '/home/app'],
    ['postgres', await idOf('postgres'), '/var/lib/postgresql'],
  ] as const;
  const lines = (line: (name: string, id: number, home: string) => string) =>
    accounts.map(([name, id, home]) => `${line(name, id, home)}\n`).join('');
  await writeFile(
    path.join(etc, 'passwd'),
    lines((name, id, home) => `${name}:x:${id}:${id}::${home}:/bin/sh`),
  );
  await writeFile(
    path.join(etc, 'group'),
    lines((name, id) => `${name}:x:${id}:`),
  );
}

/** Creates a folder that only the service's account can access; returns it. */
async function ownFolder(folder: string, id: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  await chown(folder, id, id);
  await chmod(folder, 0o700);
  return folder;
}

/** Mounts with their sources and targets. */
type Mounts = readonly (readonly [flag: '--bind' | '--ro-bind' | '--tmpfs', source: string | null, target: string])[];

/** Arguments that create the parents of mount targets with mode 0755; bwrap's default is accessible to root only. */
function foldersOf(mounts: Mounts): readonly string[] {
  const above = new Set<string>();
  for (const [, , target] of mounts) {
    for (let folder = path.dirname(target); folder !== '/'; folder = path.dirname(folder)) above.add(folder);
  }
  const ours = [...above].filter((folder) => !/^\/(usr|app\/node_modules)(\/|$)/.test(folder));
  return ours.toSorted().flatMap((folder) => ['--perms', '0755', '--dir', folder]);
}

/** Mounts of a service, in addition to /usr. */
async function mountsOf(ground: SandboxFiles, name: string, image: Image, id: number): Promise<Mounts> {
  const { folder, compose } = ground;
  const { volumes = [], secrets = [] } = compose.services[name]!;
  const mounts: Mounts[number][] = [
    ['--bind', await ownFolder(path.join(folder, 'run', name), id), '/run/postgresql'],
    ['--bind', await ownFolder(path.join(folder, 'home', name), id), '/home/app'],
    ['--ro-bind', '/etc/ssl', '/etc/ssl'],
    ['--ro-bind', '/etc/alternatives', '/etc/alternatives'],
  ];
  for (const file of ['hosts', 'nsswitch.conf', 'passwd', 'group']) {
    mounts.push(['--ro-bind', path.join(folder, 'etc', file), `/etc/${file}`]);
  }
  for (const [source, target] of image.files) mounts.push([source === null ? '--tmpfs' : '--ro-bind', source, target]);
  for (const { source, target } of secrets)
    mounts.push(['--ro-bind', compose.secrets[source]!.file, `/run/secrets/${target ?? source}`]);
  for (const volume of volumes) {
    const [source = '', target = '', mode] = volume.split(':');
    const own = source.startsWith('/') ? source : await ownFolder(path.join(folder, 'volumes', source), id);
    mounts.push([mode === 'ro' ? '--ro-bind' : '--bind', own, target]);
  }
  return [...mounts, ...ground.shared.map((shared) => ['--bind', shared, shared] as const)];
}

/**
 * The command that runs `program` as service `name`: with the image's files and account, the service's name,
 * environment, secrets and volumes, and of this machine only /usr and the network.
 */
export async function sandboxed(
  ground: SandboxFiles,
  name: string,
  image: Image,
  program: readonly string[],
): Promise<readonly string[]> {
  const id = await idOf(image.account);
  const mounts = await mountsOf(ground, name, image, id);
  const environment = {
    PATH: image.path,
    HOME: '/home/app',
    LANG: 'C.UTF-8',
    ...ground.compose.services[name]?.environment,
  };
  return [
    'bwrap',
    '--unshare-uts',
    '--unshare-pid',
    '--unshare-ipc',
    '--die-with-parent',
    '--new-session',
    '--hostname',
    name,
    '--cap-add',
    'CAP_SETUID',
    '--cap-add',
    'CAP_SETGID',
    '--clearenv',
    ...Object.entries(environment).flatMap(([key, value]) => ['--setenv', key, value]),
    '--perms',
    '0755',
    '--tmpfs',
    '/',
    '--ro-bind',
    '/usr',
    '/usr',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    ...['bin', 'sbin', 'lib', 'lib64'].flatMap((link) => ['--symlink', `usr/${link}`, `/${link}`]),
    '--perms',
    '1777',
    '--tmpfs',
    '/tmp',
    '--perms',
    '1777',
    '--tmpfs',
    '/dev/shm',
    ...foldersOf(mounts),
    '--symlink',
    '../run',
    '/var/run',
    ...mounts.flatMap(([flag, source, target]) => (source === null ? [flag, target] : [flag, source, target])),
    // The folders above are of their own; nothing else can be written.
    ...(ground.compose.services[name]?.read_only ? ['--remount-ro', '/'] : []),
    '--chdir',
    image.workdir,
    '--',
    'setpriv',
    '--no-new-privs',
    `--reuid=${id}`,
    `--regid=${id}`,
    '--clear-groups',
    '--',
    ...program,
  ];
}
