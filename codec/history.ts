import type { Payload, PayloadCodec } from '@temporalio/common';

/** A payload in Temporal's JSON format: bytes are base64. */
interface JsonPayload {
  readonly metadata: Readonly<Record<string, string>>;
  readonly data?: string;
}

const fromBase64 = (text: string) => Buffer.from(text, 'base64');
const toBase64 = (data: Uint8Array | null | undefined) => Buffer.from(data ?? new Uint8Array()).toString('base64');

export const payloadFromJson = ({ metadata, data }: JsonPayload): Payload => ({
  metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, fromBase64(value)])),
  data: fromBase64(data ?? ''),
});

export const payloadToJson = ({ metadata, data }: Payload): JsonPayload => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, toBase64(value)])),
  data: toBase64(data),
});

export function isJsonPayload(value: unknown): value is JsonPayload {
  if (typeof value !== 'object' || value === null) return false;
  const { metadata, data = '' } = value as Partial<Record<string, unknown>>;
  if (typeof metadata !== 'object' || metadata === null || typeof data !== 'string') return false;
  return Object.values(metadata).every((entry) => typeof entry === 'string');
}

/**
 * Decodes every payload in an exported history (`temporal workflow show --output json`), at any depth.
 * @throws PayloadKeyMissing, PayloadDamaged
 */
export async function decodeHistory<T>(history: T, codec: PayloadCodec): Promise<T> {
  const walk = async (value: unknown): Promise<unknown> => {
    if (Array.isArray(value)) return Promise.all(value.map(walk));
    if (typeof value !== 'object' || value === null) return value;
    if (isJsonPayload(value) && 'encoding' in value.metadata) {
      const [decoded] = await codec.decode([payloadFromJson(value)]);
      return payloadToJson(decoded ?? {});
    }
    const entries = Object.entries(value).map(async ([name, inner]) => [name, await walk(inner)] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  return (await walk(history)) as T;
}
