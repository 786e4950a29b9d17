import { access, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { StartStatement, Statement } from '../domain/statement.ts';
import { agentKeys, inFolder, signStatement } from '../signing/ssh-keygen.ts';
import { CliError, EXIT } from './exit.ts';

/** How an approver signs. */
export interface SigningFlags {
  /** File of a private key, or of a public key whose private key the agent holds. */
  readonly key?: string;
  /** File with a signature, made elsewhere, of what `--print-statement` printed. */
  readonly signature?: string;
}

const KEY_HELP = 'Name a key with --key FILE or SEMESTER_APPROVER_KEY, or load one into the agent with ssh-add.';

/**
 * The signature of a statement: read from a file, or made with the approver's key: `--key`, SEMESTER_APPROVER_KEY,
 * ~/.ssh/id_ed25519, or the only key of the agent. Undefined if none is required and no key is named.
 * @throws CliError (2) when a signature is required and there is no key; (1) when signing fails
 */
export async function signatureFor(
  statement: Statement | StartStatement,
  { key, signature }: SigningFlags,
  required: boolean,
): Promise<string | undefined> {
  if (signature !== undefined) return readSignature(signature);
  const named = key ?? process.env['SEMESTER_APPROVER_KEY'];
  if (named) return sign(statement, named);
  if (!required) return undefined;
  const defaultKey = path.join(homedir(), '.ssh', 'id_ed25519');
  if (await exists(defaultKey)) return sign(statement, defaultKey);
  const [only, ...others] = await agentKeys();
  if (only === undefined)
    throw new CliError(EXIT.usage, `This site requires signatures, and there is no key. ${KEY_HELP}`);
  if (others.length > 0) {
    const remedy = 'Name yours with --key FILE.pub or SEMESTER_APPROVER_KEY.';
    throw new CliError(EXIT.usage, `The agent holds ${others.length + 1} keys. ${remedy}`);
  }
  return inFolder(async (folder) => {
    const file = path.join(folder, 'key.pub');
    await writeFile(file, `${only}\n`);
    return sign(statement, file);
  });
}

async function sign(statement: Statement | StartStatement, key: string): Promise<string> {
  if (!(await exists(key))) throw new CliError(EXIT.usage, `The key ${key} does not exist. ${KEY_HELP}`);
  return signStatement(statement, key).catch((error: Error) => {
    throw new CliError(EXIT.failed, `Signing failed, and nothing was decided: ${error.message}`);
  });
}

async function readSignature(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(EXIT.usage, `The signature ${file} cannot be read: ${error.code}`);
  });
  if (text.includes('BEGIN SSH SIGNATURE')) return text;
  throw new CliError(EXIT.usage, `${file} holds no SSH signature. Make one with ssh-keygen -Y sign.`);
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );
