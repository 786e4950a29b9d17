import path from 'node:path';
import { execa } from 'execa';
import { exists, type Progress } from './cache.ts';

/** A missing prerequisite; the message tells the user what to do. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

/** Debian packages, each with the command that it provides: `{maven: 'mvn'}`. null: ask dpkg instead. */
export type Packages = Readonly<Record<string, string | null>>;

/** Installations run one at a time: apt has one lock for the whole machine. */
let queue: Promise<unknown> = Promise.resolve();

/** The full path of a command on PATH, in /usr/sbin or in /sbin; null if there is none. */
export async function onPath(command: string): Promise<string | null> {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    const file = path.join(folder, command);
    if (folder !== '' && (await exists(file))) return file;
  }
  return null;
}

async function isInstalled(name: string, command: string | null): Promise<boolean> {
  if (command !== null) return (await onPath(command)) !== null;
  const { stdout } = await execa('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { reject: false });
  return stdout === 'installed';
}

async function install(packages: Packages, progress: Progress): Promise<void> {
  const wanted: string[] = [];
  for (const [name, command] of Object.entries(packages)) if (!(await isInstalled(name, command))) wanted.push(name);
  if (wanted.length === 0) return;
  const list = wanted.join(' ');
  const advice = `Install them yourself, then run this again: apt-get install ${list}`;
  if (process.getuid?.() !== 0) throw new SetupError(`These packages are missing: ${list}. ${advice} (as root)`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  const attempt = () =>
    execa('apt-get', [...wait, 'install', '-y', '-q', '--no-install-recommends', ...wanted], { env, reject: false });
  progress(`apt-get install ${list}`);
  let result = await attempt();
  if (result.exitCode !== 0) {
    // The usual reason: package lists that are old or missing.
    progress(`apt-get update, then install ${list}`);
    await execa('apt-get', [...wait, 'update', '-q'], { env, reject: false });
    result = await attempt();
  }
  if (result.exitCode === 0) return;
  const output = (result.stderr ?? result.message ?? '').trim().split('\n').at(-1);
  throw new SetupError(`apt-get could not install ${list} (${output}). ${advice}`);
}

/**
 * Installs missing Debian packages, as root, without prompts.
 * @throws SetupError with the packages and the command if that fails.
 */
export function aptInstall(packages: Packages, progress: Progress = () => {}): Promise<void> {
  const turn = queue.then(() => install(packages, progress));
  queue = turn.catch(() => {});
  return turn;
}
