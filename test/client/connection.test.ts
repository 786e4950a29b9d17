import { execa } from 'execa';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import net, { type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { explainConnection, namespaceSentence } from '../../client/connection.ts';
import type { TemporalTarget } from '../../client/target.ts';

const target = (address: string, more: TemporalTarget['options'] = {}): TemporalTarget => ({
  address,
  namespace: 'gpu',
  options: { ...more, address },
});
const explain = (address: string, more: TemporalTarget['options'] = {}) =>
  explainConnection(target(address, more), 'no answer', { TEMPORAL_ADDRESS: address });

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A certificate of its own CA for a name, valid from `days` ago for one day. */
async function certificate(name: string, ago: number) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tls-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const day = (days: number) =>
    `${new Date(Date.now() + days * 864e5).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  const at = (file: string) => path.join(folder, file);
  await execa('openssl', [
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    at('key'),
    '-out',
    at('csr'),
  ]);
  await execa(
    'bash',
    [
      '-c',
      'touch db; echo 01 >serial; printf "%s\n" "[ca]" "default_ca=x" "[x]" "database=db" "serial=serial" "new_certs_dir=." "default_md=sha256" "policy=p" "[p]" "commonName=supplied" "[e]" "subjectAltName=$1" >conf',
      'make',
      net.isIP(name) ? `IP:${name}` : `DNS:${name}`,
    ],
    { cwd: folder },
  );
  await execa(
    'openssl',
    [
      'ca',
      '-batch',
      '-config',
      'conf',
      '-extensions',
      'e',
      '-selfsign',
      '-in',
      'csr',
      '-keyfile',
      'key',
      '-out',
      'crt',
      '-notext',
      '-startdate',
      day(-ago),
      '-enddate',
      day(1 - ago),
    ],
    { cwd: folder },
  );
  return { key: await readFile(at('key')), crt: await readFile(at('crt')) };
}
const tlsServer = ({ key, crt }: { key: Buffer; crt: Buffer }) =>
  listening(tls.createServer({ key, cert: crt, ALPNProtocols: ['h2'] }).on('tlsClientError', () => undefined));

test.each([
  ['http://temporal:7233', /^TEMPORAL_ADDRESS=http:\/\/temporal:7233 is not HOST:PORT/],
  ['temporal', /is not HOST:PORT/],
  ['nowhere.invalid:7233', /no DNS server knows the name nowhere\.invalid \((ENOTFOUND|EAI_AGAIN)\)/],
  ['127.0.0.1:9', /^TEMPORAL_ADDRESS=127\.0\.0\.1:9: nothing listens there \(ECONNREFUSED\). Start Temporal/],
])('%s', async (address, sentence) => {
  expect(await explain(address)).toMatch(sentence);
});

test('TLS where there is none, and none where there is', async () => {
  const plain = await listening(net.createServer((socket) => void socket.on('data', () => socket.end('no'))));
  expect(await explain(plain, { tls: true })).toMatch(/speaks no TLS, and the connection has it. Unset TEMPORAL_TLS/);
  const secure = await tlsServer(await certificate('127.0.0.1', 0));
  expect(await explain(secure)).toMatch(/demands TLS, and the connection has none. Set TEMPORAL_TLS=true/);
  expect(await explain(plain)).toMatch(/does not answer as Temporal/);
});

test('certificates: expired, of another CA, for another name', async () => {
  const old = await certificate('127.0.0.1', 3);
  const address = await tlsServer(old);
  const ca = { tls: { serverRootCACertificate: old.crt } };
  expect(await explain(address, ca)).toMatch(/certificate of the server has expired. Renew it/);
  const own = { tls: { ...ca.tls, clientCertPair: old } };
  expect(await explain(address, own)).toMatch(/TEMPORAL_TLS_CLIENT_CERT_PATH.* expired on \d{4}-.*Have a new one made/);
  const other = await certificate('temporal.example', 0);
  const elsewhere = await tlsServer(other);
  expect(await explain(elsewhere, { tls: true })).toMatch(/not signed by .*TEMPORAL_TLS_SERVER_CA_CERT_PATH/);
  const known = { tls: { serverRootCACertificate: other.crt } };
  expect(await explain(elsewhere, known)).toMatch(/for another name .*TEMPORAL_TLS_SERVER_NAME/);
});

test('a namespace that is not there names the variable and those that are', () => {
  const at = { address: 'temporal:7233', namespace: 'default' };
  expect(namespaceSentence(at, ['gpu'], {})).toMatch(
    /^the namespace "default" \(TEMPORAL_NAMESPACE is not set.* It has: gpu\. Set/,
  );
  expect(namespaceSentence(at, [], { TEMPORAL_NAMESPACE: 'defalt' })).toMatch(
    /^TEMPORAL_NAMESPACE=defalt: Temporal at temporal:7233/,
  );
});
