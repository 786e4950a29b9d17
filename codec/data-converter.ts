import { fileURLToPath } from 'node:url';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import type { Site } from '../domain/site.ts';
import { UNREADABLE } from '../domain/unreadable.ts';
import { decrypt, encrypt, isEncrypted } from './cipher.ts';
import { KeysError, PAYLOAD_KEYS, type PayloadKeys } from './keys.ts';
import { bytes } from './text.ts';

/** For `bundleWorkflowCode`, if payloads are encrypted: the errors of workflows are then encrypted too. */
export const failureConverterPath = fileURLToPath(new URL('./failure-converter.cjs', import.meta.url));

/**
 * Encrypts every payload sent to Temporal and decrypts every payload received. Unencrypted payloads pass unchanged:
 * they may come from the Temporal UI or the `temporal` command.
 * @param keys null: encrypts nothing, and decoding an encrypted payload throws PayloadKeyMissing
 * @param inWorker a workflow gets an unreadable payload instead of an error, which would fail its workflow task for ever
 */
export function createCodec(
  keys: PayloadKeys | null,
  { encodes = keys !== null, inWorker = false } = {},
): PayloadCodec {
  const decode = (payload: Payload, forWorkflow: boolean): Payload => {
    if (!isEncrypted(payload)) return payload;
    try {
      return decrypt(payload, keys);
    } catch (error) {
      if (!forWorkflow) throw error;
      return unreadable(error instanceof Error ? error.message : String(error));
    }
  };
  return {
    encode: async (payloads) =>
      keys !== null && encodes ? payloads.map((payload) => encrypt(payload, keys)) : payloads,
    decode: async (payloads, context) =>
      payloads.map((payload) => decode(payload, inWorker && context?.type === 'workflow')),
  };
}

/** Takes the place of a payload that a workflow gets and that cannot be decrypted: see `payload-converter.ts`. */
const unreadable = (reason: string): Payload => ({ metadata: { encoding: bytes(UNREADABLE) }, data: bytes(reason) });

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
  const encodes = encryption === 'required';
  return { payloadCodecs: [createCodec(keys, { encodes, inWorker: true })], ...(encodes && { failureConverterPath }) };
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
