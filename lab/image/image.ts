import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { idsOf, PEOPLE, type IdKind } from '../people.ts';
import { cached, type Progress } from '../setup/cache.ts';

/** Users with a subordinate range and Docker data from the start, and how /etc/subuid lists them. */
const DOCKER_USERS: Readonly<Record<string, 'name' | 'uid'>> = {
  dave: 'name',
  erin: 'name',
  heidi: 'name',
  kim: 'name',
  olivia: 'name',
  victor: 'uid',
};

/** The accounts as the scripts read them, one line each: account, uid, name, kind of range. */
const peopleTable = (kind: IdKind) =>
  PEOPLE.map(
    ({ user, name }) => `${[user, idsOf(kind).uids.get(user), name, DOCKER_USERS[user] ?? ''].join('\t')}\n`,
  ).join('');

/** The gids of users and sudoers, and the first subordinate id, as the scripts read them. */
const idTable = (kind: IdKind) => {
  const { users, sudoers, ranges } = idsOf(kind);
  return `${users}\t${sudoers}\t${ranges}\n`;
};

/** Hash over all inputs of the images: files of these folders, accounts, ids. */
async function recipeHash(kind: IdKind, folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(peopleTable(kind)).update(idTable(kind));
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    for (const file of files.toSorted()) {
      hash.update(`${path.relative(folder, file)}\0`).update(await readFile(file));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * Returns the cached folder with the images that `build.sh` of the first folder makes, and with the lab's `key`, `key.pub` and
 * `password`. Each kind of ids has its own. Builds it if its inputs, the files of all folders, have changed.
 * @throws ExecaError with the output of the script.
 */
export async function builtImages(
  name: string,
  folders: readonly [string, ...string[]],
  kind: IdKind,
  progress: Progress,
): Promise<string> {
  return cached(`${name}-${await recipeHash(kind, folders)}`, async (folder) => {
    await writeFile(path.join(folder, 'people.tsv'), peopleTable(kind));
    await writeFile(path.join(folder, 'ids.tsv'), idTable(kind));
    await writeFile(path.join(folder, 'password'), randomBytes(12).toString('base64url'), { mode: 0o600 });
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', path.join(folder, 'key')]);
    const build = execa(
      'setpriv',
      ['--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child']
        .concat('--mount-proc')
        .concat(path.join(folders[0], 'build.sh'), folder),
      { all: true, stdin: 'ignore' },
    );
    const lines = createInterface({ input: build.stdout });
    lines.on('line', (line) => {
      if (line.startsWith('progress: ')) progress(line.slice('progress: '.length));
    });
    await build;
  });
}

/**
 * Returns the folder with `gpu.img` and `storage.img`, from which a lab's disks are cloned: about a minute, as root, with Debian packages
 * from the mirror; else from the cache.
 * @throws ExecaError with the output of the script.
 */
export const hostImages = (kind: IdKind, progress: Progress = () => {}): Promise<string> =>
  builtImages('hosts', [import.meta.dirname], kind, progress);
