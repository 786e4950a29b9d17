import { createHash, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { readSecret, type Environment } from '../config/read-secret.ts';

/** Environment variable of the keys. */
export const PAYLOAD_KEYS = 'SEMESTER_PAYLOAD_KEYS';

const KEY_BYTES = 32;
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const ID_RULE = '1 to 64 letters, digits, dots, dashes and underscores';
const REMEDY = `${PAYLOAD_KEYS} is ID:KEY[,ID:KEY …], each as printed by: semester keys new`;

/** The configured keys: the first encrypts, all decrypt. */
export interface PayloadKeys {
  readonly first: string;
  readonly byId: ReadonlyMap<string, KeyObject>;
}

/** An invalid or missing key. It counts as invalid configuration: neither worker nor command line starts. */
export class KeysError extends Error {
  override readonly name = 'ConfigInvalid';
}

/**
 * Reads `id:base64key[,id:base64key]`.
 * @throws KeysError with the position in the list, never a key.
 */
export function parseKeys(text: string): PayloadKeys {
  const byId = new Map<string, KeyObject>();
  for (const [at, entry] of text.split(',').entries()) {
    const [id = '', base64 = '', ...rest] = entry.trim().split(':');
    const wrong = (what: string) => new KeysError(`Key ${at + 1} in ${PAYLOAD_KEYS} ${what}. ${REMEDY}`);
    if (rest.length > 0 || !ID.test(id)) throw wrong(`has no valid id before its colon: ${ID_RULE}`);
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== base64) throw wrong('is not 32 bytes in base64');
    if (byId.has(id)) throw wrong(`repeats the id "${id}"`);
    byId.set(id, createSecretKey(bytes));
  }
  const [first = ''] = byId.keys();
  return { first, byId };
}

/** Fingerprints of the keys, the one that encrypts first. They tell nothing about the keys. */
export const keyFingerprints = ({ first, byId }: PayloadKeys): readonly string[] =>
  [first, ...[...byId.keys()].filter((id) => id !== first)].map((id) =>
    createHash('sha256').update(byId.get(id)!.export()).digest('hex').slice(0, 16),
  );

/** Creates a key in the format of `SEMESTER_PAYLOAD_KEYS`. The default id contains today's date. @throws KeysError */
export function newKey(
  now: Date,
  id = `k-${now.toISOString().slice(0, 10)}-${randomBytes(2).toString('hex')}`,
): string {
  if (!ID.test(id)) throw new KeysError(`"${id}" is not a valid id: ${ID_RULE}`);
  return `${id}:${randomBytes(KEY_BYTES).toString('base64')}`;
}

/**
 * Reads the keys of this process; null if none are set.
 * @throws KeysError like `parseKeys`; Error if the key file cannot be read.
 */
export async function loadKeys(env: Environment = process.env): Promise<PayloadKeys | null> {
  const text = await readSecret(PAYLOAD_KEYS, env);
  return text === undefined ? null : parseKeys(text);
}
