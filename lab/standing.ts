import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { LABS } from './keeper.ts';
import type { NamedHost } from './site-file.ts';

/** A running lab's description, in `DIR/lab.json`. */
export interface RunningLab {
  readonly name: string;
  readonly number: number;
  /** Id of the process that holds the lab. */
  readonly owner: number;
  readonly dir: string;
  /** The first uid of its accounts. */
  readonly firstUid: number;
  readonly siteFile: string;
  readonly sshConfig: string;
  /** The storage host first. */
  readonly hosts: readonly NamedHost[];
}

const FILE = 'lab.json';

/** Writes the description, by which other processes find the lab. */
export async function registerLab(lab: RunningLab): Promise<void> {
  await writeFile(path.join(lab.dir, FILE), JSON.stringify(lab));
}

/** The lab's keeper holds this lock until everything of the lab is removed. */
const lockOf = (number: number) => path.join(LABS, `${number}.lock`);

async function isRunning(number: number): Promise<boolean> {
  const { exitCode } = await execa('flock', ['--nonblock', lockOf(number), 'true'], { reject: false });
  return exitCode === 1;
}

/**
 * Takes the name of a lab until this process ends. Two labs that start at the same moment would take the same name, since neither
 * is registered yet.
 * @throws Error if another process has the name
 */
export async function takeName(name: string): Promise<void> {
  await mkdir(LABS, { recursive: true, mode: 0o711 });
  const lock = path.join(LABS, `${name}.name`);
  const holder = spawn('flock', ['--nonblock', '--no-fork', lock, 'sh', '-c', 'echo taken; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const refused = once(holder, 'exit').then(() => {
    throw new Error(`a lab ${name} runs already, or another process starts it: npm run lab -- status`);
  });
  refused.catch(() => {});
  await Promise.race([once(holder.stdout, 'data'), refused]);
}

/** All running labs on this machine, sorted by number. */
export async function runningLabs(): Promise<RunningLab[]> {
  const names = await readdir(LABS).catch(() => []);
  const labs: RunningLab[] = [];
  for (const number of names.map(Number).filter(Number.isInteger)) {
    const text = await readFile(path.join(LABS, String(number), FILE), 'utf8').catch(() => null);
    if (text !== null && (await isRunning(number))) labs.push(JSON.parse(text) as RunningLab);
  }
  return labs.toSorted((a, b) => a.number - b.number);
}

/**
 * Stops a lab that another process holds; resolves when everything of it is removed.
 * @throws Error if it still runs after a minute.
 */
export async function stopLab(lab: RunningLab): Promise<void> {
  process.kill(lab.owner, 'SIGTERM');
  const { exitCode } = await execa('flock', ['--wait', '60', lockOf(lab.number), 'true'], { reject: false });
  if (exitCode !== 0) throw new Error(`lab ${lab.name} still runs after a minute; kill process ${lab.owner}`);
}
