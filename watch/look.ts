import { X509Certificate } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { MailCount, Store } from '../activities/store/store.ts';
import type { Environment } from '../config/read-secret.ts';
import { pollers, type Pollers } from '../client/pollers.ts';
import { openRuns, type OpenRun } from './runs.ts';
import type { WorkerAnswer } from './worker-answer.ts';

/** What one question found, or why it has no answer. */
type Answer<T> = { readonly value: T } | { readonly reason: string };

/** The newest file of a folder of backups. */
interface NewestBackup {
  readonly folder: string;
  /** UTC; null if the folder holds no file. */
  readonly at: string | null;
}

interface CertificateEnd {
  readonly file: string;
  /** UTC. */
  readonly ends: string;
}

/** One look at the service. Null: this process does not ask that. */
export interface Look {
  /** UTC. */
  readonly at: string;
  readonly workers: Answer<Pollers>;
  readonly runs: Answer<readonly OpenRun[]>;
  /** The answer of the worker's `/health`. */
  readonly worker: Answer<WorkerAnswer> | null;
  /** Whether the worker may act: its store is up to date, and a host shows that. */
  readonly acts: Answer<void> | null;
  /** Mails of the last day by state: the store answers. */
  readonly mails: Answer<readonly MailCount[]> | null;
  /** Whether the mail server takes the login. */
  readonly mailServer: Answer<string> | null;
  readonly backup: Answer<NewestBackup> | null;
  readonly certificates: readonly { readonly file: string; readonly end: Answer<CertificateEnd> }[];
  /** Runs without which the worker was started. */
  readonly leftOut: readonly string[];
}

/** Where to look. What is absent is not asked. */
export interface LookOptions {
  readonly clock: () => Date;
  readonly client: () => Promise<Client>;
  readonly worker?: (() => Promise<WorkerAnswer>) | undefined;
  readonly acts?: (() => Promise<void>) | undefined;
  readonly store?: Pick<Store, 'countMail'> | undefined;
  readonly mailServer?: (() => Promise<string>) | undefined;
  /** Folder of the backups of the service. */
  readonly backups?: string | undefined;
  /** PEM files. */
  readonly certificates: readonly string[];
  /** Runs without which the worker was started, because they do not replay on its version. */
  readonly leftOut?: readonly string[];
}

const DAY_MS = 24 * 60 * 60_000;
/** Nothing may keep an alarm waiting. A host that is down takes half a minute. */
const DEADLINE_MS = 45_000;

/** Looks once. Each question has its own answer, so that one failure hides no other. Changes nothing. */
export async function lookOnce(options: LookOptions): Promise<Look> {
  const { clock, client, worker, acts, store, mailServer, backups, certificates, leftOut = [] } = options;
  const now = clock();
  const optional = async <T>(ask: (() => Promise<T>) | undefined) => (ask ? answer(ask) : null);
  const [workers, runs, health, mayAct, mails, server, backup, ends] = await Promise.all([
    answer(async () => pollers(await client())),
    answer(async () => openRuns(await client())),
    optional(worker),
    optional(acts),
    optional(store && (() => store.countMail(new Date(now.getTime() - DAY_MS)))),
    optional(mailServer),
    optional(backups === undefined ? undefined : () => newestIn(backups)),
    Promise.all(certificates.map(async (file) => ({ file, end: await answer(() => endOf(file)) }))),
  ]);
  return {
    at: now.toISOString(),
    workers,
    runs,
    worker: health,
    acts: mayAct,
    mails,
    mailServer: server,
    backup,
    certificates: ends,
    leftOut,
  };
}

async function answer<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE_MS / 1000} s`)), DEADLINE_MS);
  });
  try {
    return { value: await Promise.race([ask(), late]) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** The newest file of a folder; names that begin with a dot are unfinished. */
async function newestIn(folder: string): Promise<NewestBackup> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  const stats = await Promise.all(names.map((name) => stat(path.join(folder, name))));
  const times = stats.filter((file) => file.isFile()).map(({ mtimeMs }) => mtimeMs);
  return { folder, at: times.length === 0 ? null : new Date(Math.max(...times)).toISOString() };
}

/** The first end among the certificates of a PEM file. */
async function endOf(file: string): Promise<CertificateEnd> {
  const text = await readFile(file, 'utf8');
  const pems = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (pems.length === 0) throw new Error(`${file} holds no certificate`);
  const ends = pems.map((pem) => Date.parse(new X509Certificate(pem).validTo));
  return { file, ends: new Date(Math.min(...ends)).toISOString() };
}

/** The certificates of the connection to Temporal, and those that SEMESTER_CERTIFICATES adds (separated by colons). */
export function certificatesOf(env: Environment): readonly string[] {
  const named = ['TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_TLS_SERVER_CA_CERT_PATH', 'SEMESTER_CERTIFICATES'];
  return [...new Set(named.flatMap((name) => (env[name] ?? '').split(':')).filter((file) => file !== ''))];
}
