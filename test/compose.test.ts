import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SOURCES } from '../client/build-record.ts';
import { parseKeys } from '../codec/keys.ts';
import { readCompose, type Compose } from '../lab/topology/compose.ts';
import { temporalDatabases } from '../recovery/temporal-databases.ts';
import { SECRET_NAMES } from '../worker/secrets.ts';

const top = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

let services: Compose['services'];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'compose-'));
  for (const part of ['docker-compose.yml', 'compose', 'Dockerfile']) {
    await cp(path.join(top, part), path.join(folder, part), { recursive: true });
  }
  await execa(path.join(folder, 'compose/make-secrets.sh'));
  ({ services } = await readCompose(folder));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('every port is on loopback', () => {
  const ports = Object.values(services).flatMap((service) => service.ports ?? []);
  expect(ports.length).toBeGreaterThan(0);
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
});

test('permanent services restart and have health checks; others wait for the one-time services', () => {
  const lasting = ['postgres', 'temporal', 'ui', 'codec', 'worker', 'backup', 'watch'];
  for (const name of lasting) expect(services[name]).toMatchObject({ restart: 'unless-stopped', healthcheck: {} });
  expect(services['temporal']?.depends_on?.['schema']?.condition).toBe('service_completed_successfully');
  expect(services['worker']?.depends_on?.['namespace']?.condition).toBe('service_completed_successfully');
  expect(services['namespace']?.environment?.['RETENTION']).toBe('8760h');
});

test('images are pinned, and server and schema have one version', () => {
  const images = Object.values(services).map(({ image }) => image);
  for (const image of images) expect(image).not.toMatch(/:latest$|auto-setup/);
  const versionOf = (name: string) => services[name]?.image.split(':')[1];
  expect(versionOf('schema')).toBe(versionOf('temporal'));
});

test('every image has a digest, or the documents say why not', async () => {
  const dockerfile = await readFile(path.join(folder, 'Dockerfile'), 'utf8');
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image!);
  const images = [...Object.values(services).map(({ image }) => image), ...bases];
  const bare = images.filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image)).map((image) => image.split(':')[0]);
  const running = await readFile(path.join(top, 'docs/running.md'), 'utf8');
  const [, table = ''] = /^\| Image without a digest .*\n\|---\|---\|\n((?:\|.*\n)*)/m.exec(running) ?? [];
  const named = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(.+?)`/g)]);
  expect(new Set(named.map(([, image]) => image))).toEqual(new Set(bare));
});

test('PostgreSQL is healthy when it accepts connections from other containers, not during initialization', () => {
  // During initialization the server listens only on the socket, which pg_isready uses without -h.
  expect(JSON.stringify(services['postgres']?.healthcheck)).toMatch(/pg_isready -h /);
});

test('Temporal finds the dynamic config file that it needs to start', async () => {
  const file = services['temporal']?.environment?.['DYNAMIC_CONFIG_FILE_PATH'] ?? '';
  expect(parse(await readFile(path.join(folder, file), 'utf8'))).toHaveProperty([
    'history.transferProcessorMaxPollRPS',
  ]);
  expect(services['temporal']?.volumes).toContain(`${path.join(folder, 'compose')}:/compose:ro`);
});

test('the worker gets every secret as a file, and no environment variable holds a secret', () => {
  const environment = services['worker']?.environment ?? {};
  for (const name of Object.values(SECRET_NAMES)) {
    expect(environment[`${name}_FILE`]).toBe(`/run/secrets/${name.toLowerCase()}`);
    expect(environment[name]).toBeUndefined();
  }
});

test('a backup holds every secret, and its pg_dump is that of the server', async () => {
  const all = (await readdir(path.join(folder, 'secrets'))).toSorted();
  expect(services['backup']?.secrets?.map(({ source }) => source).toSorted()).toEqual(all);
  const dockerfile = await readFile(path.join(folder, 'Dockerfile'), 'utf8');
  const major = /^ARG POSTGRES_MAJOR=(\d+)$/m.exec(dockerfile)?.[1];
  expect(services['postgres']?.image).toMatch(new RegExp(`^postgres:${major}\\b`));
  const urls = await readFile(path.join(folder, 'secrets/semester_temporal_database_url'), 'utf8');
  expect((await temporalDatabases(urls)).map(({ name }) => name)).toEqual(['temporal', 'temporal_visibility']);
});

test('secrets are created once and never replaced', async () => {
  const file = path.join(folder, 'secrets/semester_database_url');
  const before = await readFile(file, 'utf8');
  expect(before).toMatch(/^postgres:\/\/semester:[0-9a-f]{48}@postgres:5432\/semester$/);
  await execa(path.join(folder, 'compose/make-secrets.sh'));
  expect(await readFile(file, 'utf8')).toBe(before);
});

test("the UI's decoder has only the payload key, and neither Temporal nor the UI reaches it", async () => {
  const { codec, ui, ...others } = services;
  expect(codec?.secrets?.map(({ source }) => source)).toEqual(['semester_payload_keys']);
  const shared = [ui, ...Object.values(others)].flatMap((service) => Object.keys(service?.networks ?? {}));
  expect(Object.keys(codec?.networks ?? {}).filter((network) => shared.includes(network))).toEqual([]);
  expect(ui?.environment?.['TEMPORAL_CODEC_ENDPOINT']).toBe('http://127.0.0.1:8071');
  const made = await readFile(path.join(folder, 'secrets/semester_payload_keys'), 'utf8');
  expect(parseKeys(made.trim()).first).toMatch(/^k-\d{4}-\d\d-\d\d$/);
});

test('.dockerignore admits what the build is made from, and nothing else', async () => {
  const ignored = await readFile(path.join(top, '.dockerignore'), 'utf8');
  const allowed = ignored.split('\n').flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
  expect(ignored).toMatch(/^\*$/m);
  expect(allowed.toSorted()).toEqual([...SOURCES, 'tsconfig.json'].toSorted());
});

test('no container has more rights, memory or processes than it needs', async () => {
  for (const [name, service] of Object.entries(services)) {
    expect([name, service]).toMatchObject([
      name,
      { cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], ulimits: { core: 0 }, pids_limit: 256 },
    ]);
    expect([name, service.mem_limit, service.cpus]).toEqual([
      name,
      expect.stringMatching(/^\d+[mg]$/),
      expect.anything(),
    ]);
    // The UI writes its configuration beside its program.
    expect([name, service.read_only]).toEqual([name, name !== 'ui']);
  }
  expect(await readFile(path.join(top, 'docker-compose.yml'), 'utf8')).toMatch(/^name: gpu-semester$/m);
});

test('what hangs ends by its health check, but never the database; the worker not for what others lack', () => {
  const ended = Object.entries(services).filter(([, { healthcheck }]) => /alive\.sh/.test(String(healthcheck?.test)));
  expect(ended.map(([name]) => name).toSorted()).toEqual(['codec', 'temporal', 'watch', 'worker']);
  for (const [name, { init, restart }] of ended) expect([name, init, restart]).toEqual([name, true, 'unless-stopped']);
  expect(String(services['worker']?.healthcheck?.test)).toContain('/alive');
});

/**
 * Runs alive.sh four times in a PID namespace whose first process has the name `init` and one child; the first check succeeds.
 * Returns whether the child was ended. The namespace bounds what can be killed.
 */
async function endsChild(init: string): Promise<boolean> {
  const place = await mkdtemp(path.join(tmpdir(), 'alive-'));
  const first = path.join(place, init);
  await writeFile(first, '#!/bin/sh\nsleep 60 &\necho begun\nwait $!\n', { mode: 0o755 });
  const own = ['--pid', '--fork', '--kill-child', '--mount-proc'];
  const child = execa('unshare', [...own, first], { reject: false });
  try {
    await once(child.stdout, 'data');
    const { stdout: pid } = await execa('pgrep', ['--parent', String(child.pid)]);
    const inside = ['--target', pid, '--pid', '--mount', path.join(top, 'compose/alive.sh')];
    const check = (command: string) =>
      execa('nsenter', [...inside, command], { reject: false, env: { TMPDIR: place } });
    expect((await check('true')).exitCode).toBe(0);
    const failed = [await check('false'), await check('false'), await check('false')];
    // The third may die with the container.
    expect(failed.slice(0, 2).map(({ exitCode }) => exitCode)).toEqual([1, 1]);
    if (!failed[2]?.stdout.includes('ended by its health check')) return false;
    // 128 + 9: its child was killed.
    return (await child).exitCode === 137;
  } finally {
    child.kill('SIGKILL');
    await child;
    await rm(place, { recursive: true });
  }
}

test('three failures in a row end the child of a container, and nothing outside of one', async () => {
  expect(await endsChild('docker-init')).toBe(true);
  expect(await endsChild('systemd')).toBe(false);
});

test('certificates are made once, name one client each, and the overlay gives each service its own', async () => {
  const make = (...names: string[]) => execa(path.join(folder, 'compose/make-certs.sh'), names, { reject: false });
  expect((await make()).exitCode).toBe(0);
  const certs = path.join(folder, 'certs');
  const before = await readFile(path.join(certs, 'worker.pem'), 'utf8');
  expect((await make('kim')).exitCode).toBe(0);
  expect((await make()).stdout).toBe('');
  expect(await readFile(path.join(certs, 'worker.pem'), 'utf8')).toBe(before);
  expect((await make('../kim')).exitCode).toBe(2);
  const authority = new X509Certificate(await readFile(path.join(certs, 'ca.pem')));
  const kim = new X509Certificate(await readFile(path.join(certs, 'kim.pem')));
  expect([kim.subject, kim.verify(authority.publicKey), kim.keyUsage]).toEqual(['CN=kim', true, ['1.3.6.1.5.5.7.3.2']]);
  expect((await stat(path.join(certs, 'ca.key'))).mode & 0o777).toBe(0o600);

  const overlaid = (await readCompose(folder, 'compose/tls.yml')).services;
  const clients = ['namespace', 'ui', 'worker', 'watch'].map((name) => {
    const secrets = overlaid[name]?.secrets ?? [];
    return secrets.find(({ source }) => source.startsWith('tls_') && source.endsWith('_key'))?.source;
  });
  expect(clients).toEqual(['tls_tools_key', 'tls_ui_key', 'tls_worker_key', 'tls_watch_key']);
  expect(overlaid['temporal']?.environment).toMatchObject({ TEMPORAL_TLS_REQUIRE_CLIENT_AUTH: 'true' });
});
