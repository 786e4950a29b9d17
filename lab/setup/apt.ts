import path from 'node:path';
import { execa } from 'execa';
import { exists, type Progress } from './cache.ts';

/** A prerequisite that could not be provided; the message is a sentence that says what to do. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

/** A Debian package, and the command whose presence makes it unnecessary: `{maven: 'mvn'}`; null asks dpkg. */
export type Packages = Readonly<Record<string, string | null>>;

/** Installs run one after the other: apt holds one lock for the whole machine. */
let queue: Promise<unknown> = Promise.resolve();

/** The full path of a command on PATH, or in the administrators' folders. */
export async function onPath(command: string): Promise<string | null> {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    const file = path.join(folder, command);
    if (folder !== '' && (await exists(file))) return file;
  }
  return null;
}

async function isThere(name: string, command: string | null): Promise<boolean> {
  if (command !== null) return (await onPath(command)) !== null;
  const { stdout } = await execa('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { reject: false });
  return stdout === 'installed';
}

async function install(packages: Packages, progress: Progress): Promise<void> {
  const wanted: string[] = [];
  for (const [name, command] of Object.entries(packages)) if (!(await isThere(name, command))) wanted.push(name);
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
    // Package lists that are old or were never fetched are the usual reason.
    progress(`apt-get update, then install ${list}`);
    await execa('apt-get', [...wait, 'update', '-q'], { env, reject: false });
    result = await attempt();
  }
  if (result.exitCode === 0) return;
  const said = (result.stderr ?? result.message ?? '').trim().split('\n').at(-1);
  throw new SetupError(`apt-get could not install ${list} (${said}). ${advice}`);
}

/**
 * Installs the Debian packages that are missing, as root, without asking.
 * @throws SetupError naming the packages and the command, where that is not possible.
 */
export function aptInstall(packages: Packages, progress: Progress = () => {}): Promise<void> {
  const turn = queue.then(() => install(packages, progress));
  queue = turn.catch(() => {});
  return turn;
}
