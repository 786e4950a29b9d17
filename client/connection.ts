import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import net from 'node:net';
import tls from 'node:tls';
import type { TemporalTarget } from './target.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const PROBE_MS = 4000;

/**
 * Finds out why a connection to Temporal failed: the SDK reports one deadline for all causes. The sentence names the variable, its
 * value and what to do.
 * @param reason the words of the SDK, for what no probe explains
 */
export async function explainConnection(
  { address, namespace, options }: TemporalTarget,
  reason: string,
  env: Environment = process.env,
): Promise<string> {
  const where = named('TEMPORAL_ADDRESS', address, env);
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(address) ?? [];
  if (host === undefined || /[/@]/.test(host) || Number(port) > 65_535)
    return `${where} is not HOST:PORT. Write it without a scheme or a path, for example 127.0.0.1:7233.`;
  const place = { host, port: Number(port) };
  const unknown = await failureOf(lookup(host));
  if (unknown !== null)
    return `${where}: no DNS server knows the name ${host} (${unknown.code}). Correct the name, or write an IP address.`;
  const closed = await probe(() => net.connect(place), 'connect');
  if (closed === 'silent' || (closed !== null && closed.code !== 'ECONNREFUSED'))
    return `${where}: the machine does not answer (${codeOf(closed)}). Check the address, the network and its firewall.`;
  if (closed !== null)
    return `${where}: nothing listens there (ECONNREFUSED). Start Temporal, or correct the address and the port.`;
  if (options.tls) return explainTls(place, options.tls, where, reason, env);
  const speaksTls = await probe(() => tls.connect({ ...place, rejectUnauthorized: false, ...ALPN }), 'secureConnect');
  if (speaksTls === null)
    return `${where}: the server demands TLS, and the connection has none. Set TEMPORAL_TLS=true, and TEMPORAL_TLS_SERVER_CA_CERT_PATH for a CA of your own.`;
  return `${where}: something listens there, but does not answer as Temporal (namespace "${namespace}"): ${reason}. Check that the port is that of its frontend, 7233 by default.`;
}

type TlsOptions = NonNullable<TemporalTarget['options']['tls']>;

async function explainTls(
  place: { host: string; port: number },
  given: TlsOptions,
  where: string,
  reason: string,
  env: Environment,
): Promise<string> {
  const {
    serverRootCACertificate: ca,
    clientCertPair: pair,
    serverNameOverride: servername,
  } = typeof given === 'boolean' ? {} : given;
  const ownName = named('TEMPORAL_TLS_CLIENT_CERT_PATH', 'the certificate of the client', env);
  const own = pair && certificateIn(pair.crt);
  if (own && Date.parse(own.validTo) < Date.now())
    return `${ownName}: it expired on ${new Date(own.validTo).toISOString()}. Have a new one made, and set it.`;
  const settings = {
    ...place,
    ...ALPN,
    servername: servername ?? (net.isIP(place.host) ? '' : place.host),
    ...(ca && { ca: Buffer.from(ca) }),
    ...(pair && { cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) }),
  };
  const failed = await probe(() => tls.connect(settings), 'secureConnect');
  if (failed === 'silent') return `${where}: ${NO_TLS}`;
  switch (failed?.code) {
    case undefined:
      return `${where}: TLS works, but the server ends the connection: ${reason}. It may demand a certificate of the client: TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH; or an API key: TEMPORAL_API_KEY.`;
    case 'CERT_HAS_EXPIRED':
      return `${where}: the certificate of the server has expired. Renew it on the server.`;
    case 'CERT_NOT_YET_VALID':
      return `${where}: the certificate of the server is not valid yet. Check the clocks of both machines.`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${where}: the certificate of the server is for another name (${failed.message}). Use that name in the address, or set TEMPORAL_TLS_SERVER_NAME.`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'CERT_SIGNATURE_FAILURE':
      return `${where}: the certificate of the server is not signed by ${named('TEMPORAL_TLS_SERVER_CA_CERT_PATH', 'a CA that this computer knows', env)} (${failed.code}). Set the file of the CA that signed it.`;
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'EPROTO':
    case 'ECONNRESET':
      return `${where}: ${NO_TLS}`;
    default:
      return `${where}: TLS failed (${failed?.code}: ${failed?.message}). Check the TEMPORAL_TLS_* variables.`;
  }
}

const NO_TLS =
  'the server speaks no TLS, and the connection has it. Unset TEMPORAL_TLS, TEMPORAL_TLS_* and TEMPORAL_API_KEY, or correct the address.';
const ALPN = { ALPNProtocols: ['h2'] };

/** The variable with its value if it is set; else the value, and where else it may stand. */
function named(variable: string, value: string, env: Environment): string {
  const set = env[variable];
  return set ? `${variable}=${set}` : `${value} (${variable} is not set; from temporal.toml, or the default)`;
}

interface Failure {
  readonly code: string;
  readonly message: string;
}

const asFailure = (error: NodeJS.ErrnoException): Failure => ({
  code: error.code ?? 'unknown',
  message: error.message,
});
const failureOf = (work: Promise<unknown>): Promise<Failure | null> => work.then(() => null, asFailure);
const codeOf = (failure: Failure | 'silent') => (failure === 'silent' ? 'no answer in 4 s' : failure.code);

/** Why a socket does not get ready; null: it does. */
function probe(open: () => net.Socket, ready: 'connect' | 'secureConnect'): Promise<Failure | 'silent' | null> {
  return new Promise((resolve) => {
    const socket = open();
    const end = (result: Failure | 'silent' | null) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(PROBE_MS, () => end('silent'));
    socket.once(ready, () => end(null));
    socket.once('error', (error) => end(asFailure(error)));
    socket.once('close', () => end({ code: 'ECONNRESET', message: 'the server closed the connection' }));
  });
}

function certificateIn(pem: Uint8Array): X509Certificate | null {
  try {
    return new X509Certificate(Buffer.from(pem));
  } catch {
    return null;
  }
}

/** The sentence for a namespace that the server does not have. `known`: those that it has. */
export function namespaceSentence(
  { address, namespace }: Pick<TemporalTarget, 'address' | 'namespace'>,
  known: readonly string[],
  env: Environment = process.env,
): string {
  const where = named('TEMPORAL_NAMESPACE', `the namespace "${namespace}"`, env);
  const list = known.length > 0 ? `It has: ${known.join(', ')}. ` : '';
  return `${where}: Temporal at ${address} has no such namespace. ${list}Set TEMPORAL_NAMESPACE to the one that the worker uses.`;
}
