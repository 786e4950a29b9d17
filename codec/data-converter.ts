import { fileURLToPath } from 'node:url';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import type { Site } from '../domain/site.ts';
import { decrypt, encrypt, isEncrypted } from './cipher.ts';
import { KeysError, PAYLOAD_KEYS, type PayloadKeys } from './keys.ts';

/** For `bundleWorkflowCode`, where what Temporal stores is encrypted: errors of workflows then are as well. */
export const failureConverterPath = fileURLToPath(new URL('./failure-converter.cjs', import.meta.url));

/**
 * Encrypts every payload on its way to Temporal, and decrypts on the way back. What is not encrypted passes as it is: it
 * may come from the Temporal UI or the `temporal` command.
 * @param keys null: nothing is encrypted, and meeting something encrypted throws PayloadKeyMissing
 */
export function createCodec(keys: PayloadKeys | null, { encodes = keys !== null } = {}): PayloadCodec {
  return {
    encode: async (payloads) =>
      keys !== null && encodes ? payloads.map((payload) => encrypt(payload, keys)) : payloads,
    decode: async (payloads) => payloads.map((payload) => (isEncrypted(payload) ? decrypt(payload, keys) : payload)),
  };
}

/** What clients take: with keys everything that they send is encrypted, errors included. */
export function clientConverter(keys: PayloadKeys | null): DataConverter {
  return { payloadCodecs: [createCodec(keys)], ...(keys && { failureConverterPath }) };
}

/**
 * What the worker takes. With `encryption: off` keys are still good for reading what was written before.
 * @throws KeysError as `demandKeys`
 */
export function workerConverter(encryption: Site['encryption'], keys: PayloadKeys | null): DataConverter {
  demandKeys(encryption, keys);
  if (encryption === 'off') return { payloadCodecs: [createCodec(keys, { encodes: false })] };
  return clientConverter(keys);
}

/** @throws KeysError saying how to get a key, where the site requires encryption and there is none. */
export function demandKeys(encryption: Site['encryption'], keys: PayloadKeys | null): void {
  if (encryption === 'off' || keys !== null) return;
  throw new KeysError(
    'There is no key for what Temporal stores: names and addresses would be readable by everybody who can reach Temporal. ' +
      `Make one with "semester keys new", and set ${PAYLOAD_KEYS}, or ${PAYLOAD_KEYS}_FILE to the path of a file that holds it, ` +
      'where the worker runs and where people use this command. To go without: "encryption: off" in site.yaml.',
  );
}
