import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, type Connection } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { isEncrypted } from '../codec/cipher.ts';
import { isJsonPayload, payloadFromJson } from '../codec/history.ts';
import { PEOPLE } from './people.ts';
import type { LabSecrets } from './secrets.ts';

/** The contents of Temporal's store, as read without a key. */
export interface Stored {
  /** All readable text: event names, ids, attributes, and contents of unencrypted payloads. */
  readonly readable: string;
  /** Path and content of each payload of the service that is not encrypted: `events.taskStarted.summary "…"`. */
  readonly unencrypted: readonly string[];
  /** The bytes of all encrypted payloads. */
  readonly ciphertext: Buffer;
  readonly encrypted: number;
}

const isPayload = (value: object): value is Payload =>
  'metadata' in value && 'data' in value && value.data instanceof Uint8Array;

/** The server writes this payload for an activity that was cancelled between two attempts. */
const NOT_STARTED = '"ACTIVITY_ID_NOT_STARTED"';

/** The SDK writes this marker of `patched` without the codec. It holds the id that stands in the code, and no data. */
const PATCH_MARKER = /^\{"id":"[a-z-]+","deprecated":(true|false)\}$/;
const isPatchMarker = (path: readonly string[], text: string) => path.includes('patch-data') && PATCH_MARKER.test(text);

/** Inspects histories, in the format of the SDK or of `temporal workflow show --output json`. */
export function inspectHistories(...histories: readonly unknown[]): Stored {
  const readable: string[] = [];
  const unencrypted: string[] = [];
  const ciphertexts: Uint8Array[] = [];
  const take = (payload: Payload, path: readonly string[]) => {
    if (isEncrypted(payload)) return void ciphertexts.push(payload.data ?? new Uint8Array());
    const text = Buffer.from(payload.data ?? new Uint8Array()).toString('utf8');
    readable.push(text);
    if (!path.includes('searchAttributes') && text !== NOT_STARTED && !isPatchMarker(path, text))
      unencrypted.push(`${path.join('.')} ${text.slice(0, 80)}`);
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
  return {
    readable: readable.join('\n'),
    unencrypted,
    ciphertext: Buffer.concat(ciphertexts),
    encrypted: ciphertexts.length,
  };
}

/** Whether `text` contains `word` as a whole word: `feel` does not contain `lee`. */
const containsWord = (text: string, word: string) =>
  new RegExp(`(?<![\\p{L}\\p{N}])${word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'u').test(text);

/** Short words occur by chance in random bytes. */
const isLong = (word: string) => Buffer.byteLength(word) >= 6;

/** Returns the words that are readable without a key. */
export function findReadable({ readable, ciphertext }: Stored, words: Iterable<string>): string[] {
  return [...words].filter((word) => containsWord(readable, word) || (isLong(word) && ciphertext.includes(word)));
}

/** All personal data of the lab's people. */
export const PERSONAL: readonly string[] = PEOPLE.flatMap(({ user, name, studentNumber, email }) => [
  user,
  name,
  studentNumber,
  ...(email === null ? [] : [email]),
]);

/** Search words for secrets: each line of a secret, and the password in a URL. */
export function secretWords(secrets: LabSecrets): string[] {
  return Object.values(secrets).flatMap((value) => {
    const password = /^\w+:\/\/[^:]+:([^@]+)@/.exec(value)?.[1];
    const lines = value.split('\n').filter((line) => line.length >= 6 && !line.startsWith('-----'));
    return [...lines, ...(password === undefined ? [] : [password])];
  });
}

/** Inspects every workflow of a namespace: history, memo, attributes, pending activities. */
export async function inspectNamespace(connection: Connection, namespace: string): Promise<Stored> {
  const { workflowService } = connection;
  const { executions } = await workflowService.listWorkflowExecutions({ namespace, pageSize: 1000 });
  const { workflow } = new Client({ connection, namespace });
  const all = (executions ?? []).map(async ({ execution }) => {
    const { workflowId, runId } = execution ?? {};
    const history = await workflow.getHandle(workflowId ?? '', runId ?? undefined).fetchHistory();
    return [history, await workflowService.describeWorkflowExecution({ namespace, execution: { workflowId, runId } })];
  });
  return inspectHistories(executions, ...(await Promise.all(all)));
}

/** Returns the words that occur in the files of an SQLite database, ignoring short ones. */
export async function findInDatabase(file: string, words: Iterable<string>): Promise<string[]> {
  const names = (await readdir(path.dirname(file))).filter((name) => name.startsWith(path.basename(file)));
  const parts = await Promise.all(names.map((name) => readFile(path.join(path.dirname(file), name))));
  return [...words].filter((word) => isLong(word) && parts.some((part) => part.includes(word)));
}
