import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, type Connection } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { isEncrypted } from '../codec/cipher.ts';
import { isJsonPayload, payloadFromJson } from '../codec/history.ts';
import { PEOPLE } from './people.ts';
import type { LabSecrets } from './secrets.ts';

/** What somebody without a key finds in Temporal's store. */
export interface Stored {
  /** Everything that can be read: names of events, ids, attributes, and what unencrypted payloads hold. */
  readonly readable: string;
  /** Where payloads of ours that are not encrypted stand, and what they hold: `events.taskStarted.summary "…"`. */
  readonly open: readonly string[];
  /** The bytes of encrypted payloads. */
  readonly hidden: Buffer;
  readonly encrypted: number;
}

const isPayload = (value: object): value is Payload =>
  'metadata' in value && 'data' in value && value.data instanceof Uint8Array;

/** The server's own word for an activity that was cancelled between two attempts. */
const NOT_STARTED = '"ACTIVITY_ID_NOT_STARTED"';

/** Takes a history apart, as the SDK fetches it or as `temporal workflow show --output json` prints it. */
export function storedIn(...histories: readonly unknown[]): Stored {
  const readable: string[] = [];
  const open: string[] = [];
  const hidden: Uint8Array[] = [];
  const take = (payload: Payload, path: readonly string[]) => {
    if (isEncrypted(payload)) return void hidden.push(payload.data ?? new Uint8Array());
    const text = Buffer.from(payload.data ?? new Uint8Array()).toString('utf8');
    readable.push(text);
    if (!path.includes('searchAttributes') && text !== NOT_STARTED) open.push(`${path.join('.')} ${text.slice(0, 80)}`);
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

/** Short words turn up among random bytes by chance. */
const isLong = (word: string) => Buffer.byteLength(word) >= 6;

/** Of these words, those that somebody without a key finds. */
export function foundIn({ readable, hidden }: Stored, words: Iterable<string>): string[] {
  return [...words].filter((word) => standsIn(readable, word) || (isLong(word) && hidden.includes(word)));
}

/** Everybody of the lab by all that is known of them. */
export const PERSONAL: readonly string[] = PEOPLE.flatMap(({ user, name, studentNumber, email }) => [
  user,
  name,
  studentNumber,
  ...(email === null ? [] : [email]),
]);

/** Secrets as they would turn up: whole, line by line, and the password of an address. */
export function secretWords(secrets: LabSecrets): string[] {
  return Object.values(secrets).flatMap((value) => {
    const password = /^\w+:\/\/[^:]+:([^@]+)@/.exec(value)?.[1];
    const lines = value.split('\n').filter((line) => line.length >= 6 && !line.startsWith('-----'));
    return [...lines, ...(password === undefined ? [] : [password])];
  });
}

/** Every workflow of a namespace as its server hands it out: history, memo, attributes, what is pending. */
export async function storedAt(connection: Connection, namespace: string): Promise<Stored> {
  const { workflowService } = connection;
  const { executions } = await workflowService.listWorkflowExecutions({ namespace, pageSize: 1000 });
  const { workflow } = new Client({ connection, namespace });
  const all = (executions ?? []).map(async ({ execution }) => {
    const { workflowId, runId } = execution ?? {};
    const history = await workflow.getHandle(workflowId ?? '', runId ?? undefined).fetchHistory();
    return [history, await workflowService.describeWorkflowExecution({ namespace, execution: { workflowId, runId } })];
  });
  return storedIn(executions, ...(await Promise.all(all)));
}

/** Of these words, those that stand in the files of an SQLite database as they are; again not the short ones. */
export async function foundInDatabase(file: string, words: Iterable<string>): Promise<string[]> {
  const names = (await readdir(path.dirname(file))).filter((name) => name.startsWith(path.basename(file)));
  const parts = await Promise.all(names.map((name) => readFile(path.join(path.dirname(file), name))));
  return [...words].filter((word) => isLong(word) && parts.some((part) => part.includes(word)));
}
