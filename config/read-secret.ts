import { readFile } from 'node:fs/promises';
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
  const folder = env['CREDENTIALS_DIRECTORY'];
  const file = named || (folder && path.join(folder, credentialName(name)));
  if (!file) return undefined;
  const text = await fromFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${named ? `${name}_FILE` : name}: cannot read ${file} (${error.code ?? 'unknown reason'})`);
  });
  if (text === null && named) throw new Error(`${name}_FILE names ${file}, which does not exist`);
  return text?.replace(/\r?\n$/, '') || undefined;
}
