import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseKeys } from '../codec/keys.ts';
import { temporalDatabases } from '../recovery/temporal-databases.ts';
import { SECRET_NAMES } from '../worker/secrets.ts';

const top = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

interface Service {
  readonly image: string;
  readonly ports?: readonly string[];
  readonly restart?: string;
  readonly healthcheck?: object;
  readonly environment?: Record<string, string>;
  readonly networks?: Record<string, unknown>;
  readonly volumes?: readonly string[];
  readonly secrets?: readonly { readonly source: string }[];
  readonly depends_on?: Record<string, { condition: string }>;
}
let services: Record<string, Service>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'compose-'));
  for (const part of ['docker-compose.yml', 'compose', 'Dockerfile']) {
    await cp(path.join(top, part), path.join(folder, part), { recursive: true });
  }
  await execa(path.join(folder, 'compose/make-secrets.sh'));
  const { stdout } = await execa('docker-compose', ['config'], { cwd: folder });
  ({ services } = parse(stdout, { merge: true }) as { services: Record<string, Service> });
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

test('.dockerignore admits everything that the Dockerfile copies', async () => {
  const [dockerfile, ignored] = await Promise.all(
    ['Dockerfile', '.dockerignore'].map((file) => readFile(path.join(top, file), 'utf8')),
  );
  const copied = [...dockerfile!.matchAll(/^COPY ([^-\n].*) \S+$/gm)].flatMap(([, names = '']) => names.split(' '));
  expect(copied.length).toBeGreaterThan(5);
  const allowed = ignored!.split('\n').flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
  expect(allowed).toEqual(expect.arrayContaining(copied));
});
