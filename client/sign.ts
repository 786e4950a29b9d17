import { access, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { Signable } from '../domain/statement.ts';
import { fingerprintOf } from '../signing/allowed-signers.ts';
import { agentKeys, inFolder, keyOfFile, keyOfSignature, signStatement } from '../signing/ssh-keygen.ts';
import { CliError, EXIT } from './exit.ts';
import { inspect } from './workflows.ts';

/** How an approver signs. */
export interface SigningFlags {
  /** File of a private key, or of a public key whose private key the agent holds. */
  readonly key?: string;
  /** File with a signature, made elsewhere, of what `--print-statement` printed. */
  readonly signature?: string;
}

const KEY_HELP = 'Name a key with --key FILE or SEMESTER_APPROVER_KEY, or load one into the agent with ssh-add.';

/** What signs a statement, known before anybody has read or typed anything. */
export interface Signer {
  /** Where the key or the signature is, for errors. */
  readonly from: string;
  /** Fingerprint of the key, `SHA256:…`. */
  readonly key: string;
  /** @throws CliError (1) when signing fails */
  sign(): Promise<string>;
}

/**
 * Finds what signs a statement: the file of a signature, or the approver's key: `--key`, SEMESTER_APPROVER_KEY,
 * ~/.ssh/id_ed25519, or the only key of the agent. Null if none is required and no key is named.
 * @throws CliError (2) when a signature is required and there is no key, or when the file is not one
 */
export async function signerFor(
  statement: Signable,
  { key, signature }: SigningFlags,
  required: boolean,
): Promise<Signer | null> {
  if (signature !== undefined) return fileSigner(statement, signature);
  const named = key ?? process.env['SEMESTER_APPROVER_KEY'];
  if (named) return keySigner(statement, named);
  if (!required) return null;
  const defaultKey = path.join(homedir(), '.ssh', 'id_ed25519');
  if (await exists(defaultKey)) return keySigner(statement, defaultKey);
  const [only, ...others] = await agentKeys();
  if (only === undefined)
    throw new CliError(EXIT.usage, `This site requires signatures, and there is no key. ${KEY_HELP}`);
  if (others.length > 0) {
    const remedy = 'Name yours with --key FILE.pub or SEMESTER_APPROVER_KEY.';
    throw new CliError(EXIT.usage, `The agent holds ${others.length + 1} keys. ${remedy}`);
  }
  return agentSigner(statement, only);
}

/** The signature of a statement by what `signerFor` finds; undefined where it finds nothing. */
export async function signatureFor(
  statement: Signable,
  flags: SigningFlags,
  required: boolean,
): Promise<string | undefined> {
  return (await signerFor(statement, flags, required))?.sign();
}

/** @throws CliError (2) when the key is not one of this person */
export async function demandOwnKey(client: Client, by: string, { from, key }: Signer): Promise<void> {
  const { refused } = await inspect(client, 'signer', { by, key });
  if (refused !== null)
    throw new CliError(EXIT.usage, `${from} cannot sign for ${by}: ${refused}. Name another key with --key FILE.`);
}

async function keySigner(statement: Signable, file: string): Promise<Signer> {
  if (!(await exists(file))) throw new CliError(EXIT.usage, `The key ${file} does not exist. ${KEY_HELP}`);
  const key = await keyOfFile(file).catch((error: Error) => {
    throw new CliError(EXIT.usage, `${file} is no SSH key: ${error.message}. ${KEY_HELP}`);
  });
  return { from: file, key, sign: () => sign(statement, file) };
}

function agentSigner(statement: Signable, line: string): Signer {
  const inFile = () =>
    inFolder(async (folder) => {
      const file = path.join(folder, 'key.pub');
      await writeFile(file, `${line}\n`);
      return sign(statement, file);
    });
  return { from: 'the agent', key: fingerprintOf(line.split(' ')[1] ?? ''), sign: inFile };
}

async function fileSigner(statement: Signable, file: string): Promise<Signer> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(EXIT.usage, `The signature ${file} cannot be read: ${error.code}`);
  });
  if (!text.includes('BEGIN SSH SIGNATURE'))
    throw new CliError(EXIT.usage, `${file} holds no SSH signature. Make one with ssh-keygen -Y sign.`);
  const key = await keyOfSignature(statement, text).catch((error: Error) => {
    throw new CliError(
      EXIT.usage,
      `${file} does not sign this verdict: ${error.message}. Run the same command with --print-statement, and sign what it prints.`,
    );
  });
  return { from: file, key, sign: async () => text };
}

async function sign(statement: Signable, key: string): Promise<string> {
  return signStatement(statement, key).catch((error: Error) => {
    throw new CliError(EXIT.failed, `Signing failed, and nothing was decided: ${error.message}`);
  });
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );
