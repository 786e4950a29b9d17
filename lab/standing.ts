import { readdir, readFile, writeFile } from 'node:fs/promises';
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
