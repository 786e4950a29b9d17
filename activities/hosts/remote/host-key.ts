import { Client, type ConnectConfig } from 'ssh2';
import type { HostAddress } from '../../../domain/site.ts';
import { tryAgain } from '../../failures.ts';
import { knownHostName } from './known-hosts.ts';

/** Signature algorithms to ask for, one per key type; the preferred one to pin first. */
const ALGORITHMS = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512'] as const;
const DEADLINE_MS = 10_000;

/** A host key that the host shows. */
export interface OfferedKey {
  /** As in known_hosts, for example `ssh-ed25519`. */
  readonly type: string;
  readonly key: Buffer;
}

/**
 * Returns the keys that a host shows, the preferred one first. Connects once per key type and disconnects before any
 * login.
 * @throws ApplicationFailure `Unreachable` if it shows none
 */
export async function offeredKeys(
  host: Pick<HostAddress, 'name' | 'address' | 'port'>,
): Promise<readonly OfferedKey[]> {
  const keys: OfferedKey[] = [];
  let why = 'it shows no key of a known type';
  // One at a time: sshd drops bursts of connections that do not log in.
  for (const algorithm of ALGORITHMS) {
    const answer = await askFor(host, algorithm);
    if (Buffer.isBuffer(answer)) keys.push({ type: typeOf(answer), key: answer });
    else if (!/no matching host key/i.test(answer)) {
      why = answer;
      break;
    }
  }
  if (keys.length > 0) return keys;
  const place = `${host.name} (${knownHostName(host.address, host.port)})`;
  throw tryAgain('Unreachable', `${place}: ${why}; is it on, and does its sshd run?`);
}

function askFor({ address, port }: Pick<HostAddress, 'address' | 'port'>, algorithm: string): Promise<Buffer | string> {
  const client = new Client();
  return new Promise((resolve) => {
    client.on('error', (error) => resolve(error.message));
    client.once('close', () => resolve('the connection was closed before it showed a key'));
    client.connect({
      host: address,
      port,
      // No login takes place: the connection ends when the key arrives.
      username: 'nobody',
      readyTimeout: DEADLINE_MS,
      algorithms: { serverHostKey: [algorithm] } as ConnectConfig['algorithms'],
      hostVerifier: (key: Buffer) => {
        resolve(Buffer.from(key));
        return false;
      },
    });
  }).finally(() => client.destroy()) as Promise<Buffer | string>;
}

/** The key's own type, the first string of its blob: an RSA key is `ssh-rsa` with any signature algorithm. */
const typeOf = (key: Buffer): string => key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
