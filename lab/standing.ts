import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { LABS } from './keeper.ts';
import type { NamedHost } from './site-file.ts';

/** What a lab says of itself, in `DIR/lab.json`. */
export interface StandingLab {
  readonly name: string;
  readonly number: number;
  /** Process that the lab ends with. */
  readonly owner: number;
  readonly dir: string;
  readonly siteFile: string;
  readonly sshConfig: string;
  /** The storage host first. */
  readonly hosts: readonly NamedHost[];
}

const FILE = 'lab.json';

/** Lets other processes find a lab. */
export async function announce(lab: StandingLab): Promise<void> {
  await writeFile(path.join(lab.dir, FILE), JSON.stringify(lab));
}

/** The lab's keeper holds this lock as long as anything of the lab is left. */
const lockOf = (number: number) => path.join(LABS, `${number}.lock`);

async function stands(number: number): Promise<boolean> {
  const { exitCode } = await execa('flock', ['--nonblock', lockOf(number), 'true'], { reject: false });
  return exitCode === 1;
}

/** Every lab that stands on this machine, whoever started it, by number. */
export async function standingLabs(): Promise<StandingLab[]> {
  const names = await readdir(LABS).catch(() => []);
  const labs: StandingLab[] = [];
  for (const number of names.map(Number).filter(Number.isInteger)) {
    const text = await readFile(path.join(LABS, String(number), FILE), 'utf8').catch(() => null);
    if (text !== null && (await stands(number))) labs.push(JSON.parse(text) as StandingLab);
  }
  return labs.toSorted((a, b) => a.number - b.number);
}

/**
 * Ends a lab that another process owns; resolves when nothing of it is left.
 * @throws Error when it still stands after a minute.
 */
export async function endLab(lab: StandingLab): Promise<void> {
  process.kill(lab.owner, 'SIGTERM');
  const { exitCode } = await execa('flock', ['--wait', '60', lockOf(lab.number), 'true'], { reject: false });
  if (exitCode !== 0) throw new Error(`lab ${lab.name} still stands; end process ${lab.owner} by hand`);
}
