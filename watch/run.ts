import type { Client } from '@temporalio/client';
import { openPostgres } from '../activities/store/postgres.ts';
import { createSqlStore } from '../activities/store/sql.ts';
import { readSecret, type Environment } from '../config/read-secret.ts';
import {
  dueMail,
  mailedAfter,
  ping,
  readMailed,
  sendAlarm,
  writeMailed,
  type AlarmWays,
  type Mailed,
} from './alarm.ts';
import type { Finding } from './finding.ts';
import { judge } from './judge.ts';
import { certificatesOf, lookOnce } from './look.ts';
import { askWorker } from './worker-answer.ts';

export interface WatchOptions {
  /** Connects to Temporal; rejects if it does not answer. */
  readonly client: () => Promise<Client>;
  /** Address of the worker's `/health`; null: it is not asked. */
  readonly workerUrl: string | null;
  readonly backups?: string | undefined;
  readonly env?: Environment;
  readonly clock?: () => Date;
}

/** Looks once from outside the worker. With SEMESTER_DATABASE_URL it asks the store itself, too. Changes nothing. */
export async function watchOnce(options: WatchOptions): Promise<readonly Finding[]> {
  const { client, workerUrl, backups, env = process.env, clock = () => new Date() } = options;
  const databaseUrl = await readSecret('SEMESTER_DATABASE_URL', env);
  const store = databaseUrl === undefined ? undefined : createSqlStore(openPostgres(databaseUrl), clock);
  try {
    const look = await lookOnce({
      clock,
      client,
      store,
      worker: workerUrl === null ? undefined : () => askWorker(workerUrl),
      backups,
      certificates: certificatesOf(env),
    });
    return judge(look);
  } finally {
    await store?.close();
  }
}

/** What became of an alarm: lines for the log. */
export interface Alarmed {
  readonly done: readonly string[];
  readonly failed: readonly string[];
}

/**
 * Mails new findings by the second way, and calls the ping address only while nothing is wrong. A way that fails is reported, and
 * then the ping address is not called.
 * @throws Error if the file cannot be written
 * @param memory file that remembers what was mailed, written after each look; without one, `before`
 */
export async function alarm(
  ways: AlarmWays,
  findings: readonly Finding[],
  memory: { readonly file: string | null; readonly before: Mailed | null },
  now = new Date(),
): Promise<Alarmed & { readonly mailed: Mailed | null }> {
  const done: string[] = [];
  const failed: string[] = [];
  let mailed = memory.file === null ? memory.before : await readMailed(memory.file);
  const mail = dueMail(findings, mailed, now);
  if (ways.mail && mail) {
    try {
      await sendAlarm(ways.mail, mail.subject, mail.text);
      done.push(`mailed to ${ways.mail.to.join(', ')}`);
      mailed = mailedAfter(findings, now);
    } catch (error) {
      failed.push(
        `the second mail server does not take the alarm: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  // Also without a mail: the time of the file is that of the last look.
  if (memory.file !== null) await writeMailed(memory.file, mailed ?? { names: [], mailedAt: now.toISOString() });
  if (ways.pingUrl !== null && findings.length === 0 && failed.length === 0) {
    try {
      await ping(ways.pingUrl);
      done.push('called the ping address');
    } catch (error) {
      failed.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { done, failed, mailed };
}
