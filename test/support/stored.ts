import type { Payload } from '@temporalio/common';
import { isEncrypted } from '../../codec/cipher.ts';
import { isJsonPayload, payloadFromJson } from '../../codec/history.ts';

/** What somebody without a key finds in Temporal's store. */
export interface Stored {
  /** Everything that can be read: names of events, ids, attributes, and what unencrypted payloads hold. */
  readonly readable: string;
  /** Where payloads that are not encrypted stand: `events.taskStarted.summary`. */
  readonly open: readonly string[];
  /** The bytes of encrypted payloads. */
  readonly hidden: Buffer;
  readonly encrypted: number;
}

const isPayload = (value: object): value is Payload =>
  'metadata' in value && 'data' in value && value.data instanceof Uint8Array;

/** Takes a history apart, as the SDK fetches it or as `temporal workflow show --output json` prints it. */
export function storedIn(...histories: readonly unknown[]): Stored {
  const readable: string[] = [];
  const open: string[] = [];
  const hidden: Uint8Array[] = [];
  const take = (payload: Payload, path: readonly string[]) => {
    if (isEncrypted(payload)) return void hidden.push(payload.data ?? new Uint8Array());
    open.push(path.join('.'));
    readable.push(Buffer.from(payload.data ?? new Uint8Array()).toString('utf8'));
  };
  const walk = (value: unknown, path: readonly string[]): void => {
    if (typeof value === 'string') return void readable.push(value);
    if (value instanceof Uint8Array) return void readable.push(Buffer.from(value).toString('utf8'));
    if (typeof value !== 'object' || value === null) return;
    if (isPayload(value)) return take(value, path);
    if (isJsonPayload(value) && 'encoding' in value.metadata) return take(payloadFromJson(value), path);
    for (const [key, inner] of Object.entries(value)) walk(inner, /^\d+$/.test(key) ? path : [...path, key]);
  };
  for (const history of histories) walk(history, []);
  return { readable: readable.join('\n'), open, hidden: Buffer.concat(hidden), encrypted: hidden.length };
}

/** Word by word: `lee` stands in `feel` as well. */
const standsIn = (text: string, word: string) =>
  new RegExp(`(?<![\\p{L}\\p{N}])${word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'u').test(text);

/** Of these words, those that somebody without a key finds. Short ones turn up among random bytes by chance. */
export function foundIn({ readable, hidden }: Stored, words: Iterable<string>): string[] {
  return [...words].filter(
    (word) => standsIn(readable, word) || (Buffer.byteLength(word) >= 6 && hidden.includes(word)),
  );
}
