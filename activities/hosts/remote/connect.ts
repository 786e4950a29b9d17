import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type AuthenticationType, type ConnectConfig } from 'ssh2';
import type { HostAddress, Site } from '../../../domain/site.ts';
import { refuse, tryAgain } from '../../failures.ts';
import { fingerprint, hostKeyAlgorithms, isPinned, knownHostName, pinnedKeys } from './known-hosts.ts';

/** Login secrets, by value. Either suffices if the host accepts it. */
export interface LoginSecrets {
  readonly sshKey?: string | undefined;
  /** For the login and for sudo. */
  readonly sshPassword?: string | undefined;
}

const READY_MS = 15_000;
/** sshd drops bursts of connections (MaxStartups 10:30:100); five tries with jitter take about 6 s. */
const TRIES = 5;
/** A network without the host answers nothing. A caller that polls need not wait as long as for a busy host. */
const ONCE_READY_MS = 5_000;

/**
 * Connects to a host whose key `site.ssh.knownHosts` pins.
 * @param once for callers that poll: one try with a short timeout
 * @throws ApplicationFailure `ConfigInvalid` if no key or another key is pinned, `Unreachable` otherwise
 */
export async function connect(
  site: Site,
  host: HostAddress,
  secrets: LoginSecrets,
  { once = false }: { readonly once?: boolean } = {},
): Promise<Client> {
  const file = site.ssh.knownHosts;
  const name = knownHostName(host.address, host.port);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw refuse(
      'ConfigInvalid',
      `${file} (ssh.knownHosts) cannot be read: pin the hosts' keys with semester hosts trust HOST`,
      error,
    );
  });
  const pinned = pinnedKeys(text, host.address, host.port);
  if (pinned.length === 0) {
    throw refuse(
      'ConfigInvalid',
      `${host.name}: ${file} pins no key for ${name}. Type: semester hosts trust ${host.name}`,
    );
  }
  for (let attempt = 1; ; attempt++) {
    let shown: Buffer | undefined;
    try {
      return await open({
        host: host.address,
        port: host.port,
        username: site.ssh.user,
        privateKey: secrets.sshKey,
        password: secrets.sshPassword,
        tryKeyboard: secrets.sshPassword !== undefined,
        authHandler: methodsOf(secrets),
        readyTimeout: once ? ONCE_READY_MS : READY_MS,
        keepaliveInterval: 5_000,
        keepaliveCountMax: 4,
        algorithms: only(hostKeyAlgorithms(pinned)),
        hostVerifier: (key: Buffer) => {
          shown = key;
          return isPinned(pinned, key);
        },
      });
    } catch (error) {
      if (shown && !isPinned(pinned, shown)) {
        throw refuse(
          'ConfigInvalid',
          `${host.name} (${name}) shows the host key ${fingerprint(shown)}, which ${file} does not pin. Another machine may answer there. If the host was reinstalled, compare the fingerprint on its console, then: semester hosts trust ${host.name} --replace`,
        );
      }
      if (once || attempt === TRIES || !isBurst(error)) throw unreachable(host, site.ssh.user, error);
      await sleep(250 * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}

function open(config: ConnectConfig): Promise<Client> {
  const client = new Client();
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client));
    client.on('error', reject);
    client.once('close', () => reject(new Error('the connection was closed before the login')));
    client.on('keyboard-interactive', (_name, _instructions, _language, prompts, answer) => {
      answer(prompts.map(() => config.password ?? ''));
    });
    client.connect(config);
  });
}

/** The key first: a host that accepts it does not get the password. ssh2 by itself begins with the password. */
const methodsOf = ({ sshKey, sshPassword }: LoginSecrets): AuthenticationType[] => [
  ...(sshKey === undefined ? [] : (['publickey'] as const)),
  ...(sshPassword === undefined ? [] : (['password', 'keyboard-interactive'] as const)),
];

// Offers only pinned types, so a host with several keys shows the pinned one.
const only = (types: readonly string[]) => ({ serverHostKey: [...types] }) as ConnectConfig['algorithms'];

/**
 * Whether sshd dropped the connection before the login, as MaxStartups does. A refused or silent port does not count.
 */
function isBurst(error: unknown): boolean {
  const text = error instanceof Error ? `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}` : '';
  return /ECONNRESET|EPIPE|before handshake|closed before/i.test(text);
}

function unreachable(host: HostAddress, user: string, error: unknown) {
  const login = error instanceof Error && 'level' in error && error.level === 'client-authentication';
  const remedy = login
    ? `it refuses the login of ${user}: check SEMESTER_SSH_KEY and SEMESTER_SSH_PASSWORD; it may still be starting`
    : `${error instanceof Error ? error.message : String(error)}; is it on, and does its sshd run?`;
  return tryAgain('Unreachable', `${host.name} (${knownHostName(host.address, host.port)}): ${remedy}`, error);
}
