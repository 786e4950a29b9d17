import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { execInHost, execInMachine, loginAs, writeSshConfig, type Login } from './access.ts';
import { GPU_HOSTS, REPLICA, SSH_PORT, STORAGE, answersSsh, hostAddress, serviceAddress } from './addresses.ts';
import { hostImages } from './image/image.ts';
import { startKeeper, type Keeper, type LabKind, type Power } from './keeper.ts';
import { ID_KINDS, PEOPLE, type IdKind } from './people.ts';
import { writeSecrets, type LabSecrets } from './secrets.ts';
import { absentServices } from './services/absent.ts';
import { startServices, type LabServices } from './services/index.ts';
import type { Progress } from './setup/cache.ts';
import { labPrerequisites, machinePrerequisites } from './setup/prerequisites.ts';
import { writeSiteFile, type NamedHost } from './site-file.ts';
import { registerLab } from './standing.ts';
import { machineImages } from './vm/image.ts';

export interface LabOptions {
  /** Name for `status` and `down`; default: contains the id of this process. */
  readonly name?: string;
  /** Default: containers. */
  readonly kind?: LabKind;
  /** The ids of accounts and groups; default large, as on real sites. */
  readonly ids?: IdKind;
  /** The GPU hosts to start; default all six. The storage host always starts. */
  readonly hosts?: readonly string[];
  /** Whether the lab has an eighth machine for replicas of backups, named in site.yaml; default false. */
  readonly replica?: boolean;
  /** Simulated firmware time of each power-on; default 0. A machine has firmware of its own beside. */
  readonly firmwareSeconds?: number;
  /** Whether ID server, mail server and homepage run; default true. Without them, only hosts answer. */
  readonly services?: boolean;
  /** Whether users are logged in, and one has lingering enabled; default true. */
  readonly busy?: boolean;
  readonly progress?: Progress;
}

/** A fleet of real hosts with its services. It ends with the process that started it, even if that is killed. */
export interface Lab {
  readonly name: string;
  /** 1 to 99; its hosts listen on 127.NUMBER.0.10 and above. */
  readonly number: number;
  /** Folder of all files of the lab; removed at its end. */
  readonly dir: string;
  /** A valid site.yaml. `known_hosts` and `ssh_config` (for OpenSSH) are in the same folder. */
  readonly siteFile: string;
  readonly sshConfig: string;
  /** Secrets in the environment of worker and client: SEMESTER_SSH_KEY etc. */
  readonly secrets: LabSecrets;
  readonly services: LabServices;
  readonly hosts: readonly NamedHost[];
  /** Runs a shell command as root inside a host, for independent checks; in a container without sshd. @throws ExecaError */
  exec(host: string, shellCommand: string): Promise<string>;
  /** Opens an SSH session of a user by key that runs `trainer` for `seconds` (default 3600). */
  login(host: string, user: string, seconds?: number): Promise<Login>;
  /** Cuts the power at once; resolves when the host is off. A host that is starting boots first. */
  powerCut(host: string): Promise<void>;
  /** Powers a host on; resolves when its SSH server answers. Does nothing if the host is on. */
  powerOn(host: string): Promise<void>;
  linkDown(host: string): Promise<void>;
  linkUp(host: string): Promise<void>;
  power(host: string): Power;
  /** What the host has printed on its console since the lab's start: of a machine, firmware, loader and kernel too. */
  console(host: string): Promise<string>;
  /** Publishes the next release of every package in the hosts' repository; returns its version, e.g. `1.3-1`. */
  publishPackages(): Promise<string>;
  /** Resolves when the hosts have ended, for any reason. */
  readonly ended: Promise<void>;
  down(): Promise<void>;
}

/** Starts a lab under the first free number; resolves when the SSH servers of all hosts and all services answer. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const {
    name = `process-${process.pid}`,
    kind = 'containers',
    ids = 'large',
    hosts: wanted = GPU_HOSTS,
    replica = false,
    firmwareSeconds = 0,
    busy = true,
    services = true,
    progress = () => {},
  } = options;
  await labPrerequisites(progress);
  if (kind !== 'containers') await machinePrerequisites(progress);
  const images = kind === 'containers' ? await hostImages(ids, progress) : await machineImages(ids, progress);
  progress(`disks and hosts, accounts from uid ${ID_KINDS[ids].firstUid} on`);
  const fleet = wanted.filter((host) => host !== STORAGE);
  const hosts = replica ? [...fleet, REPLICA] : fleet;
  const keeper = await startKeeper({ images, hosts, kind, firmwareSeconds });
  try {
    const lab = await assemble(keeper, { name, kind, ids, images, progress, services });
    if (busy) await logUsersIn(lab);
    return lab;
  } catch (error) {
    await keeper.end();
    throw error;
  }
}

async function assemble(
  keeper: Keeper,
  a: { name: string; kind: LabKind; ids: IdKind; images: string; progress: Progress; services: boolean },
): Promise<Lab> {
  const { number, dir } = keeper;
  const hosts = keeper.hosts.map((name, at) => ({ name, address: hostAddress(number, at), port: SSH_PORT }));
  const addressOf = (host: string) => {
    const found = hosts.find(({ name }) => name === host);
    if (!found) throw new Error(`lab ${number} has no host ${host}; it has ${keeper.hosts.join(' ')}`);
    return found.address;
  };
  const isOff = (host: string) => ['off', 'crashed'].includes(keeper.power(host));
  const consoleOf = (host: string) => readFile(path.join(dir, 'console', `${host}.log`), 'utf8').catch(() => '');
  const up = async (host: string) => {
    while (keeper.power(host) === 'starting' || keeper.power(host) === 'on') {
      if (await answersSsh(addressOf(host))) return;
      await setTimeout(100);
    }
    throw new Error(`${host} did not come up. The end of its console:\n${(await consoleOf(host)).slice(-1000)}`);
  };

  const servicesOf = { dir: path.join(dir, 'services'), people: PEOPLE, address: serviceAddress(number) };
  const [services] = await Promise.all([
    a.services ? startServices(servicesOf) : absentServices(servicesOf),
    ...keeper.hosts.filter((host) => !isOff(host)).map(up),
  ]);
  const knownHosts = path.join(dir, 'known_hosts');
  const pins = hosts.map(async ({ name, address, port }) => {
    const key = await readFile(path.join(dir, 'host-keys', `${name}.pub`), 'utf8');
    return `[${address}]:${port} ${key}`;
  });
  await writeFile(knownHosts, (await Promise.all(pins)).join(''));
  const siteFile = await writeSiteFile({ dir, hosts, knownHosts, services });
  const secrets = await writeSecrets(dir, a.images, services);
  const key = path.join(dir, 'secrets', 'SEMESTER_SSH_KEY');
  const sshConfig = await writeSshConfig(dir, hosts, { key, knownHosts });

  await registerLab({
    name: a.name,
    number,
    firstUid: ID_KINDS[a.ids].firstUid,
    owner: process.pid,
    dir,
    siteFile,
    sshConfig,
    hosts,
  });

  const exec = (host: string, command: string) =>
    a.kind === 'containers' ? execInHost(keeper, host, command) : execInMachine(sshConfig, host, command);
  // Release 2 is in the repository from the start.
  let release = 2;
  return {
    name: a.name,
    number,
    dir,
    siteFile,
    sshConfig,
    secrets,
    services,
    hosts,
    exec,
    login: (host, user, seconds) => loginAs(sshConfig, host, user, seconds),
    async powerCut(host) {
      if (isOff(host)) return;
      await keeper.reaches(host, 'on');
      await keeper.command('cut', host);
      await keeper.reaches(host, 'off');
    },
    async powerOn(host) {
      if (isOff(host)) await keeper.command('on', host);
      await up(host);
    },
    linkDown: (host) => keeper.command('link-down', host),
    linkUp: (host) => keeper.command('link-up', host),
    power: (host) => keeper.power(host),
    console: consoleOf,
    async publishPackages() {
      release += 1;
      await exec(STORAGE, `/usr/local/lib/lab/publish-packages /csehome/bacchus/repo ${release}`);
      return `1.${release}-1`;
    },
    ended: keeper.ended,
    async down() {
      await services.stop();
      await keeper.end();
    },
  };
}

/** Simulates a fleet at a deadline: two sessions on the first host, one on the third, a lingering user on the fifth. */
async function logUsersIn(lab: Lab): Promise<void> {
  const fleet = lab.hosts.filter(({ name }) => name !== REPLICA);
  const host = (at: number) => fleet[Math.min(at, fleet.length - 1)]?.name ?? STORAGE;
  await Promise.all([
    lab.login(host(1), 'erin'),
    lab.login(host(1), 'kim'),
    lab.login(host(3), 'heidi'),
    lab.exec(host(5), 'loginctl enable-linger olivia'),
  ]);
}
