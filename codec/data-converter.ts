import { fileURLToPath } from 'node:url';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import type { Site } from '../domain/site.ts';
import { decrypt, encrypt, isEncrypted } from './cipher.ts';
import { KeysError, PAYLOAD_KEYS, type PayloadKeys } from './keys.ts';

/** For `bundleWorkflowCode`, if payloads are encrypted: the errors of workflows are then encrypted too. */
export const failureConverterPath = fileURLToPath(new URL('./failure-converter.cjs', import.meta.url));

/**
 * Encrypts every payload sent to Temporal and decrypts every payload received. Unencrypted payloads pass unchanged:
 * they may come from the Temporal UI or the `temporal` command.
 * @param keys null: encrypts nothing, and decoding an encrypted payload throws PayloadKeyMissing
 */
export function createCodec(keys: PayloadKeys | null, { encodes = keys !== null } = {}): PayloadCodec {
  return {
    encode: async (payloads) =>
      keys !== null && encodes ? payloads.map((payload) => encrypt(payload, keys)) : payloads,
    decode: async (payloads) => payloads.map((payload) => (isEncrypted(payload) ? decrypt(payload, keys) : payload)),
  };
}

/** The converter of clients: with keys, it encrypts everything that they send, errors included. */
export function clientConverter(keys: PayloadKeys | null): DataConverter {
  return { payloadCodecs: [createCodec(keys)], ...(keys && { failureConverterPath }) };
}

/**
 * The converter of the worker. With `encryption: off`, keys still decrypt payloads that were written before.
 * @throws KeysError like `demandKeys`
 */
export function workerConverter(encryption: Site['encryption'], keys: PayloadKeys | null): DataConverter {
  demandKeys(encryption, keys);
  if (encryption === 'off') return { payloadCodecs: [createCodec(keys, { encodes: false })] };
  return clientConverter(keys);
}

/** Checks that there is a key if the site requires encryption. @throws KeysError with instructions if there is none. */
export function demandKeys(encryption: Site['encryption'], keys: PayloadKeys | null): void {
  if (encryption === 'off' || keys !== null) return;
  throw new KeysError(
    'There is no payload key: everyone with access to Temporal could read names and addresses. ' +
      `Create one with "semester keys new", and set ${PAYLOAD_KEYS}, or ${PAYLOAD_KEYS}_FILE to the path of a file that holds it, ` +
      'for the worker and for users of this command. To run without encryption: "encryption: off" in site.yaml.',
  );
}
