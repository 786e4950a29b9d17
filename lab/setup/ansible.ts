import path from 'node:path';
import { execa } from 'execa';
import { aptInstall, SetupError } from './apt.ts';
import { cached, type Progress } from './cache.ts';

/** The newest that runs on Python 3.11, which Debian 12 has. */
const VERSION = '2.18.19';

/** A program with its first arguments. */
export type AnsibleCommand = readonly [program: string, ...args: string[]];

async function install(folder: string, progress: Progress): Promise<void> {
  await aptInstall({ python3: 'python3' }, progress);
  progress(`Installing ansible-core ${VERSION} into a virtual environment of its own`);
  const venv = () => execa('python3', ['-m', 'venv', folder], { reject: false, all: true });
  let made = await venv();
  if (made.exitCode !== 0) {
    // Debian keeps the module in a package of its own.
    await aptInstall({ 'python3-venv': null }, progress);
    made = await venv();
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `ansible-core==${VERSION}`];
  const python = path.join(folder, 'bin', 'python3');
  const got = made.exitCode === 0 ? await execa(python, pip, { reject: false, all: true }) : made;
  if (got.exitCode === 0) return;
  throw new SetupError(
    `There is no Ansible to compare with: ansible-core ${VERSION} could not be installed from PyPI. Check the network or pip's configuration, then run this again.\n${got.all.slice(-1000)}`,
  );
}

/**
 * What runs `ansible-playbook`: ansible-core in a virtual environment in the cache folder, from PyPI. Called as a module:
 * the scripts of an environment that was moved into place name where it was built.
 * @throws SetupError where it is not to be had.
 */
export async function ansibleCommand(progress: Progress = () => {}): Promise<AnsibleCommand> {
  const folder = await cached(`ansible-${VERSION}`, (aside) => install(aside, progress));
  return [path.join(folder, 'bin', 'python3'), '-m', 'ansible', 'playbook'];
}
