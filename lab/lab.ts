import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { execInHost, loginAs, writeSshConfig, type Login } from './access.ts';
import { GPU_HOSTS, REPLICA, SSH_PORT, STORAGE, greets, hostAddress, serviceAddress } from './addresses.ts';
import { hostImages } from './image/image.ts';
import { startKeeper, type Keeper, type Power } from './keeper.ts';
import { PEOPLE } from './people.ts';
import { writeSecrets, type LabSecrets } from './secrets.ts';
import { startServices, type LabServices } from './services/index.ts';
import type { Progress } from './setup/cache.ts';
import { labPrerequisites } from './setup/prerequisites.ts';
import { writeSiteFile, type NamedHost } from './site-file.ts';
import { announce } from './standing.ts';

export interface LabOptions {
  /** What `status` calls it, and `down` ends it by; default one that names this process. */
  readonly name?: string;
  /** The GPU hosts to start; default all six. The storage host is always there. */
  readonly hosts?: readonly string[];
  /** Whether an eighth machine stands by for replicas of backups, and site.yaml names it; default false. */
  readonly replica?: boolean;
  /** How long each power-on takes before anything boots; default 0. */
  readonly firmwareSeconds?: number;
  /** Whether users are logged in and one lingers; default true. */
  readonly busy?: boolean;
  readonly progress?: Progress;
}

/** A fleet of real hosts with its services. It ends with the process that started it, however that ends. */
export interface Lab {
  readonly name: string;
  /** 1 to 99; its hosts answer on 127.NUMBER.0.10 and above. */
  readonly number: number;
  /** Everything that the lab wrote; removed at its end. */
  readonly dir: string;
  /** A valid site.yaml. `known_hosts` and `ssh_config` (for OpenSSH) lie beside it. */
  readonly siteFile: string;
  readonly sshConfig: string;
  /** Environment of worker and client: SEMESTER_SSH_KEY and so on. */
  readonly secrets: LabSecrets;
  readonly services: LabServices;
  readonly hosts: readonly NamedHost[];
  /** Runs a shell command as root inside a host, not through its sshd: to look afresh. @throws ExecaError */
  exec(host: string, shellCommand: string): Promise<string>;
  /** A real SSH session of a user by key, running `trainer` for `seconds` (default 3600). */
  login(host: string, user: string, seconds?: number): Promise<Login>;
  /** As by the power button: ends at once what runs; resolves when the host is dark. A host that starts gets to boot before. */
  powerCut(host: string): Promise<void>;
  /** Resolves when the host greets on its SSH port. Nothing where it runs already. */
  powerOn(host: string): Promise<void>;
  linkDown(host: string): Promise<void>;
  linkUp(host: string): Promise<void>;
  power(host: string): Power;
  /** Puts the next release of every package into the hosts' repository; returns its version, e.g. `1.3-1`. */
  publishPackages(): Promise<string>;
  /** Resolves when the hosts are gone, for whatever reason. */
  readonly ended: Promise<void>;
  down(): Promise<void>;
}

/** Starts a lab on the first free number; resolves when all hosts greet and all services answer. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const {
    name = `process-${process.pid}`,
    hosts: wanted = GPU_HOSTS,
    replica = false,
    firmwareSeconds = 0,
    busy = true,
    progress = () => {},
  } = options;
  await labPrerequisites(progress);
  const images = await hostImages(progress);
  progress('disks and hosts');
  const fleet = wanted.filter((host) => host !== STORAGE);
  const hosts = replica ? [...fleet, REPLICA] : fleet;
  const keeper = await startKeeper({ images, hosts, firmwareSeconds });
  try {
    const lab = await assemble(keeper, { name, images, progress });
    if (busy) await logPeopleIn(lab);
    return lab;
  } catch (error) {
    await keeper.end();
    throw error;
  }
}

async function assemble(keeper: Keeper, a: { name: string; images: string; progress: Progress }): Promise<Lab> {
  const { number, dir } = keeper;
  const hosts = keeper.hosts.map((name, at) => ({ name, address: hostAddress(number, at), port: SSH_PORT }));
  const addressOf = (host: string) => {
    const found = hosts.find(({ name }) => name === host);
    if (!found) throw new Error(`lab ${number} has no host ${host}; it has ${keeper.hosts.join(' ')}`);
    return found.address;
  };
  const isDark = (host: string) => ['off', 'crashed'].includes(keeper.power(host));
  const up = async (host: string) => {
    while (keeper.power(host) === 'starting' || keeper.power(host) === 'on') {
      if (await greets(addressOf(host))) return;
      await setTimeout(100);
    }
    const said = await readFile(path.join(dir, 'console', `${host}.log`), 'utf8').catch(() => '');
    throw new Error(`${host} did not come up. The end of its console:\n${said.slice(-1000)}`);
  };

  const [services] = await Promise.all([
    startServices({ dir: path.join(dir, 'services'), people: PEOPLE, address: serviceAddress(number) }),
    ...keeper.hosts.map(up),
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

  await announce({ name: a.name, number, owner: process.pid, dir, siteFile, sshConfig, hosts });

  // Its predecessor, release 2, waits in the repository from the start.
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
    exec: (host, command) => execInHost(keeper, host, command),
    login: (host, user, seconds) => loginAs(sshConfig, host, user, seconds),
    async powerCut(host) {
      if (isDark(host)) return;
      await keeper.reaches(host, 'on');
      await keeper.command('cut', host);
      await keeper.reaches(host, 'off');
    },
    async powerOn(host) {
      if (isDark(host)) await keeper.command('on', host);
      await up(host);
    },
    linkDown: (host) => keeper.command('link-down', host),
    linkUp: (host) => keeper.command('link-up', host),
    power: (host) => keeper.power(host),
    async publishPackages() {
      release += 1;
      await execInHost(keeper, STORAGE, `/usr/local/lib/lab/publish-packages /csehome/bacchus/repo ${release}`);
      return `1.${release}-1`;
    },
    ended: keeper.ended,
    async down() {
      await services.stop();
      await keeper.end();
    },
  };
}

/** What a fleet looks like at a deadline: two at work on the first host, one on the third, one who lingers on the fifth. */
async function logPeopleIn(lab: Lab): Promise<void> {
  const fleet = lab.hosts.filter(({ name }) => name !== REPLICA);
  const host = (at: number) => fleet[Math.min(at, fleet.length - 1)]?.name ?? STORAGE;
  await Promise.all([
    lab.login(host(1), 'erin'),
    lab.login(host(1), 'kim'),
    lab.login(host(3), 'heidi'),
    lab.exec(host(5), 'loginctl enable-linger olivia'),
  ]);
}
