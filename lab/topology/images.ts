import { chmod, copyFile, cp, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { build, workflowFileOf } from '../../build/build.ts';
import { SetupError } from '../setup/apt.ts';
import { cached, type Progress } from '../setup/cache.ts';
import { goCommand, goInstall } from '../setup/go.ts';
import { temporalCommand } from '../setup/temporal.ts';
import type { Compose } from './compose.ts';

/** The content of a container image, built on this machine from the same sources. */
export interface Image {
  /** Files and folders of this machine with their paths in the image; `null` hides the target. */
  readonly files: readonly (readonly [source: string | null, target: string])[];
  readonly path: string;
  readonly account: 'app' | 'postgres';
  readonly entrypoint: readonly string[];
  readonly workdir: string;
}

/** Its name in docker-compose.yml. */
export const WORKER_IMAGE = 'gpu-semester-worker';

const top = path.join(import.meta.dirname, '..', '..');
const PATH = '/usr/local/bin:/usr/bin:/usr/sbin';

/**
 * Builds Temporal's server and SQL tool from Go's module proxy, and copies their schema and entry point, into the cache
 * folder: 5 to 15 minutes the first time.
 * @throws SetupError if Go is missing or the build fails
 */
async function temporalServer(version: string, progress: Progress): Promise<string> {
  return cached(`temporal-server-${version}`, async (folder) => {
    const go = await goCommand();
    if (go === null) throw new SetupError(`Install Go 1.25 or newer to build Temporal's server, then run this again.`);
    const module = `go.temporal.io/server`;
    const programs = ['server', 'tools/sql'].map((program) => `${module}/cmd/${program}@v${version}`);
    const title = `Building Temporal's server ${version}, once, 5 to 15 minutes`;
    const bin = path.join(folder, 'bin');
    await goInstall({ go, programs, folder: bin, title, progress });
    await rename(path.join(bin, 'server'), path.join(bin, 'temporal-server'));
    await rename(path.join(bin, 'sql'), path.join(bin, 'temporal-sql-tool'));
    const { stdout } = await execa(go, ['mod', 'download', '-json', `${module}@v${version}`]);
    const { Dir } = JSON.parse(stdout) as { Dir: string };
    await cp(path.join(Dir, 'schema/postgresql'), path.join(folder, 'schema/postgresql'), { recursive: true });
    await copyFile(path.join(Dir, 'docker/scripts/sh/entrypoint.sh'), path.join(folder, 'entrypoint.sh'));
    await chmod(path.join(folder, 'entrypoint.sh'), 0o755);
  });
}

/** Folder of the newest PostgreSQL programs of Debian. */
async function postgresPrograms(): Promise<string> {
  const versions = await readdir('/usr/lib/postgresql');
  return path.join('/usr/lib/postgresql', versions.toSorted((a, b) => Number(a) - Number(b)).at(-1) ?? '', 'bin');
}

/** The worker's image according to its Dockerfile: what it copies from the build, without development packages. `dist`: another build. */
async function worker(dist = path.join(top, 'dist')): Promise<Image> {
  const dockerfile = await readFile(path.join(top, 'Dockerfile'), 'utf8');
  const last = dockerfile.split(/^FROM /m).at(-1) ?? '';
  const copied = [...last.matchAll(/^COPY --from=build \/app\/(\S+) /gm)].map(([, name = '']) => name);
  const entrypoint = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(last)?.[1] ?? '[]') as string[];
  const lock = JSON.parse(await readFile(path.join(top, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const there = new Set(await readdir(path.join(top, 'node_modules'), { recursive: false }));
  const hidden = Object.entries(lock.packages)
    .filter(([, { dev }]) => dev === true)
    .map(([folder]) => folder.replace('node_modules/', ''))
    .filter((name) => there.has(name));
  return {
    files: [
      [path.dirname(process.execPath), '/opt/node'],
      ...copied.map((name) => [name === 'dist' ? dist : path.join(top, name), `/app/${name}`] as const),
      ...hidden.map((name) => [null, `/app/node_modules/${name}`] as const),
    ],
    // The client of PostgreSQL, for backups.
    path: `/opt/node:${await postgresPrograms()}:${PATH}`,
    account: 'app',
    entrypoint,
    workdir: '/app',
  };
}

/** The worker's image of another release: its commit, built with the packages of this checkout. */
export async function workerOf(commit: string, place: string): Promise<Image> {
  const folder = path.join(place, `release-${commit}`);
  const packages = path.join(top, 'node_modules');
  await mkdir(path.join(folder, 'node_modules'), { recursive: true });
  await execa('git', ['archive', commit], { cwd: top, encoding: 'buffer' }).pipe('tar', ['-x', '-C', folder]);
  // A folder of its own, where the build puts what it makes. Below `node_modules`, TypeScript would not be compiled.
  for (const name of await readdir(packages))
    if (name !== '.cache') await symlink(path.join(packages, name), path.join(folder, 'node_modules', name));
  await execa('tsx', ['build/main.ts'], { cwd: folder, preferLocal: true, all: true });
  return worker(path.join(folder, 'dist'));
}

/** The worker's image with a fault in its workflows: a message that names `word` fails the workflow task, again and again. */
export async function workerThatFails(folder: string, word: string): Promise<Image> {
  const sound = await worker();
  const name = path.basename(workflowFileOf('required'));
  const code = await readFile(workflowFileOf('required'), 'utf8');
  const fault = `if (JSON.stringify(raw).includes('${word}')) throw new TypeError('this message cannot be handled');`;
  const faulty = code.replace(
    /const receive = async ?\(raw\) ?=> ?\{/,
    `const receive = (raw)=>{ ${fault} return taken(raw); }; const taken = async (raw)=>{`,
  );
  if (faulty === code) throw new Error(`the fault does not apply to ${name}: adapt workerThatFails`);
  const file = path.join(folder, name);
  await writeFile(file, faulty);
  return { ...sound, files: [...sound.files, [file, `/app/dist/${name}`]] };
}

/** The images of the compose file, by name, except Temporal's UI, which Go's module proxy cannot provide. */
export async function images(
  { services }: Compose,
  folder: string,
  progress: Progress,
): Promise<Record<string, Image>> {
  await build();
  const version = services['temporal']?.image.split(':')[1] ?? '';
  const built = await temporalServer(version, progress);
  const tools = path.join(folder, 'tools');
  await mkdir(tools);
  await cp(path.join(built, 'bin'), tools, { recursive: true });
  await copyFile(await temporalCommand(progress), path.join(tools, 'temporal'));
  // Alpine's shell is BusyBox.
  const alpine = ['/usr/bin/busybox', '/usr/bin/sh'] as const;
  const temporal = { path: PATH, account: 'app', entrypoint: [], workdir: '/' } as const;
  return {
    'postgres:16-alpine': {
      files: [alpine, [path.join(import.meta.dirname, 'postgres.sh'), '/postgres.sh']],
      path: `${await postgresPrograms()}:${PATH}`,
      account: 'postgres',
      entrypoint: ['/postgres.sh'],
      workdir: '/',
    },
    [`temporalio/admin-tools:${version}`]: {
      files: [alpine, [tools, '/usr/local/bin'], [path.join(built, 'schema'), '/etc/temporal/schema']],
      ...temporal,
    },
    [`temporalio/server:${version}`]: {
      files: [alpine, [tools, '/usr/local/bin'], [path.join(built, 'entrypoint.sh'), '/etc/temporal/entrypoint.sh']],
      ...temporal,
    },
    [WORKER_IMAGE]: await worker(),
  };
}
