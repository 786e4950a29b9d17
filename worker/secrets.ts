import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Environment names of the secrets. None of them ever stands in YAML, in a log or in Temporal's history. */
export const SECRET_NAMES = {
  /** Private key (OpenSSH or PEM text) for the administrator account on every host. */
  sshKey: 'SEMESTER_SSH_KEY',
  /** The administrator account's password: for logging in without a key, and for sudo where it asks. */
  sshPassword: 'SEMESTER_SSH_PASSWORD',
  idPassword: 'SEMESTER_ID_PASSWORD',
  /** Connection string of the ID server's database, by a read-only role. */
  idDatabaseUrl: 'SEMESTER_ID_DATABASE_URL',
  smtpPassword: 'SEMESTER_SMTP_PASSWORD',
  /** Connection string of the store; without it an embedded database is used. */
  databaseUrl: 'SEMESTER_DATABASE_URL',
} as const;

export type Secrets = { readonly [K in keyof typeof SECRET_NAMES]?: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** systemd's name for a credential: `SEMESTER_SSH_KEY` → `semester-ssh-key`. */
const credentialName = (name: string) => name.toLowerCase().replaceAll('_', '-');

async function fromFile(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/**
 * One secret: from `NAME`, else the file that `NAME_FILE` names, else `$CREDENTIALS_DIRECTORY/name-with-dashes` (systemd's
 * LoadCredential). One newline at the end of a file is dropped; empty means that there is none.
 * @throws Error naming the variable and the file, never the content, when a named file cannot be read.
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
  if (text === null && named) throw new Error(`${name}_FILE names ${file}, which is not there`);
  return text?.replace(/\r?\n$/, '') || undefined;
}

/**
 * All secrets that are set. The values do not show when the result is logged or written as JSON.
 * @throws Error as `readSecret`.
 */
export async function loadSecrets(env: Environment = process.env): Promise<Secrets> {
  const secrets: Secrets = {};
  for (const [key, name] of Object.entries(SECRET_NAMES)) {
    const value = await readSecret(name, env);
    if (value !== undefined) Object.defineProperty(secrets, key, { value, enumerable: false });
  }
  return Object.freeze(secrets);
}
