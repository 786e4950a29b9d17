import path from 'node:path';
import { execa } from 'execa';
import { aptInstall, SetupError } from './apt.ts';
import { cached, type Progress } from './cache.ts';

/** The newest version that runs on Debian 12's Python 3.11. */
const VERSION = '2.18.19';

/** A program and its first arguments. */
export type AnsibleCommand = readonly [program: string, ...args: string[]];

async function install(folder: string, progress: Progress): Promise<void> {
  await aptInstall({ python3: 'python3' }, progress);
  progress(`Installing ansible-core ${VERSION} into its own virtual environment`);
  const venv = () => execa('python3', ['-m', 'venv', folder], { reject: false, all: true });
  let made = await venv();
  if (made.exitCode !== 0) {
    // Debian puts the module into a separate package.
    await aptInstall({ 'python3-venv': null }, progress);
    made = await venv();
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `ansible-core==${VERSION}`];
  const python = path.join(folder, 'bin', 'python3');
  const got = made.exitCode === 0 ? await execa(python, pip, { reject: false, all: true }) : made;
  if (got.exitCode === 0) return;
  throw new SetupError(
    `Cannot install ansible-core ${VERSION} from PyPI. Check the network or pip's configuration, then run this again.\n${got.all.slice(-1000)}`,
  );
}

/**
 * The command for `ansible-playbook`: ansible-core from PyPI, in a virtual environment in the cache folder. It runs as
 * a module, because the scripts of a moved environment contain the path of its original folder.
 * @throws SetupError if the installation fails.
 */
export async function ansibleCommand(progress: Progress = () => {}): Promise<AnsibleCommand> {
  const folder = await cached(`ansible-${VERSION}`, (aside) => install(aside, progress));
  return [path.join(folder, 'bin', 'python3'), '-m', 'ansible', 'playbook'];
}
