import { access, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Statement } from '../domain/statement.ts';
import { agentKeys, inFolder, signStatement } from '../signing/ssh-keygen.ts';
import { CliError, EXIT } from './exit.ts';

/** How an approver signs. */
export interface SigningFlags {
  /** Private key, or a public key whose private half the agent holds. */
  readonly key?: string;
  /** A file with a signature that was made elsewhere, over what `--print-statement` printed. */
  readonly signature?: string;
}

const HOW = 'Name a key with --key FILE or SEMESTER_APPROVER_KEY, or load one into the agent with ssh-add.';

/**
 * The signature for a statement: one made elsewhere, or one by the approver's key: `--key`, SEMESTER_APPROVER_KEY,
 * ~/.ssh/id_ed25519, or the only key of the agent. Undefined where none is needed and no key was named.
 * @throws CliError (2) when one is needed and there is no key; (1) when the key does not sign
 */
export async function signatureFor(
  statement: Statement,
  { key, signature }: SigningFlags,
  needed: boolean,
): Promise<string | undefined> {
  if (signature !== undefined) return readSignature(signature);
  const named = key ?? process.env['SEMESTER_APPROVER_KEY'];
  if (named) return sign(statement, named);
  if (!needed) return undefined;
  const usual = path.join(homedir(), '.ssh', 'id_ed25519');
  if (await isThere(usual)) return sign(statement, usual);
  const [only, ...others] = await agentKeys();
  if (only === undefined) throw new CliError(EXIT.usage, `Verdicts here must be signed, and there is no key. ${HOW}`);
  if (others.length > 0) {
    const remedy = 'Name yours with --key FILE.pub or SEMESTER_APPROVER_KEY.';
    throw new CliError(
      EXIT.usage,
      `The agent holds ${others.length + 1} keys, and it is not said which is yours. ${remedy}`,
    );
  }
  return inFolder(async (folder) => {
    const file = path.join(folder, 'key.pub');
    await writeFile(file, `${only}\n`);
    return sign(statement, file);
  });
}

async function sign(statement: Statement, key: string): Promise<string> {
  if (!(await isThere(key))) throw new CliError(EXIT.usage, `There is no key ${key}. ${HOW}`);
  return signStatement(statement, key).catch((error: Error) => {
    throw new CliError(EXIT.failed, `Not signed, nothing was decided: ${error.message}`);
  });
}

async function readSignature(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(EXIT.usage, `The signature ${file} cannot be read: ${error.code}`);
  });
  if (text.includes('BEGIN SSH SIGNATURE')) return text;
  throw new CliError(EXIT.usage, `${file} holds no signature; make one with ssh-keygen -Y sign`);
}

const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );
