import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** systemd's name for a credential: `SEMESTER_SSH_KEY` → `semester-ssh-key`. */
const credentialName = (name: string) => name.toLowerCase().replaceAll('_', '-');

async function fromFile(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/** The file of a secret by the environment; undefined if it names none. */
function fileOf(name: string, env: Environment): string | undefined {
  const folder = env['CREDENTIALS_DIRECTORY'];
  return env[`${name}_FILE`] || (folder && path.join(folder, credentialName(name))) || undefined;
}

/** What a container gets: a folder of its own, in which Compose gives every file the rights that it has outside. */
const OF_CONTAINER = '/run/secrets/';
const READ_BY_OTHERS = 0o004;
const ENTER_BY_OTHERS = 0o001;

/** The file that holds a secret, if every account of this machine can read it; else null. */
export async function exposedFile(name: string, env: Environment = process.env): Promise<string | null> {
  const file = env[name] ? undefined : fileOf(name, env);
  if (file === undefined || file.startsWith(OF_CONTAINER)) return null;
  // The rights of the folders that a link leads to count.
  const absolute = await realpath(file).catch(() => null);
  if (absolute === null) return null;
  const allows = async (at: string, right: number) => ((await stat(at).catch(() => null))?.mode ?? 0) & right;
  if (!(await allows(absolute, READ_BY_OTHERS))) return null;
  for (let folder = path.dirname(absolute); ; folder = path.dirname(folder)) {
    if (!(await allows(folder, ENTER_BY_OTHERS))) return null;
    if (folder === path.dirname(folder)) return file;
  }
}

/**
 * Reads one secret: from `NAME`, else from the file that `NAME_FILE` names, else from
 * `$CREDENTIALS_DIRECTORY/name-with-dashes` (systemd's LoadCredential). One trailing newline of a file is dropped. An
 * empty value counts as unset. Returns undefined if the secret is unset.
 * @throws Error with the variable and the file, never the content, if the file cannot be read.
 */
export async function readSecret(name: string, env: Environment = process.env): Promise<string | undefined> {
  const given = env[name];
  if (given) return given;
  const named = env[`${name}_FILE`];
  const file = fileOf(name, env);
  if (file === undefined) return undefined;
  const text = await fromFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${named ? `${name}_FILE` : name}: cannot read ${file} (${error.code ?? 'unknown reason'})`);
  });
  if (text === null && named) throw new Error(`${name}_FILE names ${file}, which does not exist`);
  return text?.replace(/\r?\n$/, '') || undefined;
}
