import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import proto from '@temporalio/proto';
import type { Payload } from '@temporalio/common';
import { PAYLOAD_KEYS, type PayloadKeys } from './keys.ts';
import { bytes, textOf } from './text.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

const CIPHER = 'aes-256-gcm';
/** The encoding name of Temporal's samples; tools recognise it. */
const ENCRYPTED = 'binary/encrypted';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export const isEncrypted = (payload: Payload): boolean => textOf(payload.metadata?.['encoding']) === ENCRYPTED;

/** An encrypted payload whose key is not configured in this process. */
export class PayloadKeyMissing extends Error {
  override readonly name = 'PayloadKeyMissing';
  readonly keyId: string;
  constructor(keyId: string) {
    super(
      `The payload is encrypted with the key "${keyId}", which is not configured here. ` +
        `Set ${PAYLOAD_KEYS}, or ${PAYLOAD_KEYS}_FILE to the path of a file, to the keys of the worker.`,
    );
    this.keyId = keyId;
  }
}

/** An encrypted payload that was modified, or whose key id names a different key here. */
class PayloadDamaged extends Error {
  override readonly name = 'PayloadDamaged';
  constructor(keyId: string) {
    super(
      `Decryption fails with the key "${keyId}": the payload was modified, ` +
        `or ${PAYLOAD_KEYS} holds a different key of that id.`,
    );
  }
}

/** Encrypts the whole payload, with its metadata, by AES-256-GCM and the first key. Data: nonce, ciphertext, tag. */
export function encrypt(payload: Payload, { first, byId }: PayloadKeys): Payload {
  const key = byId.get(first);
  if (!key) throw new PayloadKeyMissing(first);
  const nonce = randomBytes(NONCE_BYTES);
  // The key id is authenticated too: a payload cannot be relabelled with the id of another key.
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(bytes(first));
  const hidden = Buffer.concat([cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()]);
  return {
    metadata: {
      encoding: bytes(ENCRYPTED),
      'encryption-cipher': bytes(CIPHER),
      'encryption-key-id': bytes(first),
    },
    data: Buffer.concat([nonce, hidden, cipher.getAuthTag()]),
  };
}

/**
 * Decrypts a payload.
 * @param keys null if this process has none
 * @throws PayloadKeyMissing, PayloadDamaged
 */
export function decrypt(payload: Payload, keys: PayloadKeys | null): Payload {
  const id = textOf(payload.metadata?.['encryption-key-id']);
  const key = keys?.byId.get(id);
  if (!key) throw new PayloadKeyMissing(id);
  const data = Buffer.from(payload.data ?? new Uint8Array());
  if (data.length < NONCE_BYTES + TAG_BYTES) throw new PayloadDamaged(id);
  try {
    const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(bytes(id))
      .setAuthTag(data.subarray(-TAG_BYTES));
    const hidden = data.subarray(NONCE_BYTES, -TAG_BYTES);
    return PayloadMessage.decode(Buffer.concat([decipher.update(hidden), decipher.final()]));
  } catch {
    throw new PayloadDamaged(id);
  }
}
