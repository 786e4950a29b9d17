import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Decrypter, Encrypter } from 'age-encryption';
import { CliError, EXIT } from '../client/exit.ts';

const toWeb = (stream: Readable) => Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array>;
const fromWeb = (stream: ReadableStream<Uint8Array>) => Readable.fromWeb(stream);

/**
 * Encrypts a stream into a file in the format of age (age-encryption.org/v1). Each recipient (`age1…`) can read it.
 * @throws CliError (2) if a recipient is not valid
 */
export async function encryptTo(file: string, recipients: readonly string[], plain: Readable): Promise<void> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch {
      throw new CliError(EXIT.usage, `"${recipient}" is not a recipient of age: make a pair with age-keygen.`);
    }
  }
  const encrypted = await encrypter.encrypt(toWeb(plain));
  await pipeline(fromWeb(encrypted), createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
}

/** Decrypts a file with an identity (`AGE-SECRET-KEY-1…`). @throws CliError (1) if it is damaged, or for other recipients */
export async function decryptFrom(file: string, identity: string): Promise<Readable> {
  try {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    return fromWeb(await decrypter.decrypt(toWeb(createReadStream(file))));
  } catch (error) {
    throw new CliError(EXIT.failed, `${file} cannot be decrypted with this identity: ${String(error)}`);
  }
}
