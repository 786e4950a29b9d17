import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { createRemote } from '../activities/hosts/remote/ssh.ts';
import type { Remote } from '../activities/hosts/remote/remote.ts';
import { jobsOf } from '../activities/hosts/jobs/jobs.ts';
import { siteFrom } from '../activities/site/activities.ts';
import { findDue, isOpen, purgeStore, type Cutoffs, type DueRows } from '../activities/store/purge.ts';
import { confirm } from '../client/confirm.ts';
import { CliError, EXIT } from '../client/exit.ts';
import type { Io } from '../client/io.ts';
import { inReadersTime, readerOf } from '../client/reader.ts';
import { loadSite } from '../config/load.ts';
import { many } from '../domain/many.ts';
import type { Site } from '../domain/site.ts';
import { loadSecrets } from '../worker/secrets.ts';
import { openOwnDatabase } from './open.ts';

/** Where site.yaml says nothing: two quarters, and two years without names. */
const KEEP = { names: 'P6M', proofs: 'P2Y' } as const;

export interface Due extends DueRows {
  readonly exports: readonly string[];
  /** Records of jobs by host; null: the host does not answer. */
  readonly records: Readonly<Record<string, number | null>>;
}

/** The instants before which names and proofs go, by `privacy.keep`. */
export function cutoffsOf({ privacy, zone }: Pick<Site, 'privacy' | 'zone'>, now: Date): Cutoffs {
  const before = (length: string) =>
    new Date(Temporal.Instant.from(now.toISOString()).toZonedDateTimeISO(zone).subtract(length).epochMilliseconds);
  return { names: before(privacy?.keep.names ?? KEEP.names), proofs: before(privacy?.keep.proofs ?? KEEP.proofs) };
}

export interface PurgeOptions {
  readonly site: string;
  readonly yes?: boolean;
  readonly now?: Date;
  /** Tests pass a double. */
  readonly remote?: Pick<Remote, 'run' | 'close'>;
}

/**
 * Shows the personal data whose time is over, asks, and deletes it: in the store, below `stateDir`, and on the hosts. What a
 * running semester needs stays.
 * @throws CliError (2) if nobody can be asked; (4) if Temporal or the store does not answer; (1) if a host does not answer
 */
export async function purge(io: Io, { site: siteFile, yes, now = new Date(), ...doubles }: PurgeOptions): Promise<Due> {
  const site = await loadSite(siteFile);
  const secrets = await loadSecrets();
  const cutoffs = cutoffsOf(site, now);
  const running = await io.withClient(async (client) => {
    const ids: string[] = [];
    for await (const { workflowId } of client.workflow.list({ query: "ExecutionStatus = 'Running'" }))
      ids.push(workflowId);
    return ids;
  });
  const db = await openOwnDatabase(site, secrets);
  const remote = doubles.remote ?? createRemote({ site: siteFrom(siteFile), secrets });
  const seconds = String(Math.floor((now.getTime() - cutoffs.names.getTime()) / 1000));
  const records = async (what: 'count' | 'delete') => {
    const hosts = [site.storage, ...site.hosts, ...(site.replica ? [site.replica] : [])].map(({ name }) => name);
    const counts = hosts.map(async (host) => {
      const script = { name: 'purge-records', args: [...jobsOf(site, host), seconds, what] };
      return [host, await remote.run(host, script).then(Number, () => null)] as const;
    });
    return Object.fromEntries(await Promise.all(counts));
  };
  try {
    const due: Due = {
      ...(await findDue(db, cutoffs, running)),
      exports: await oldExports(site, cutoffs.names, running),
      records: await records('count'),
    };
    const reader = readerOf(site);
    for (const line of linesOf(due, cutoffs)) io.note(inReadersTime(line, reader));
    const total = totalOf(due);
    if (total > 0) {
      if (!yes) {
        await confirm(io, {
          effect: 'delete this for ever',
          phrase: `delete ${total}`,
          before: 'Read the list',
          stopped: 'Nothing was deleted.',
        });
      }
      await purgeStore(db, due, cutoffs, running, [site.name, ...site.hosts.map(({ name }) => name)]);
      for (const file of due.exports) await rm(file, { force: true });
      await records('delete');
    }
    const silent = Object.entries(due.records).flatMap(([host, number]) => (number === null ? [host] : []));
    if (silent.length > 0)
      throw new CliError(EXIT.failed, `${silent.join(', ')} did not answer: run semester purge again when they do.`);
    return due;
  } finally {
    await db.close();
    await remote.close();
  }
}

export const totalOf = ({ semesters, plans, documents, proofs, exports, records }: Due): number =>
  semesters.reduce((sum, { mails }) => sum + mails, 0) +
  plans +
  documents +
  proofs +
  exports.length +
  Object.values(records).reduce<number>((sum, number) => sum + (number ?? 0), 0);

function linesOf(due: Due, { names, proofs }: Cutoffs): readonly string[] {
  const records = Object.entries(due.records).flatMap(([host, number]) => (number ? [`${host} ${number}`] : []));
  return [
    `Older than ${names.toISOString()}:`,
    ...due.semesters.map(
      ({ semester, mails, last }) =>
        `  ${semester}: ledger of ${many(mails, 'mail')}, lists of members and applicants (last mail ${last})`,
    ),
    `  ${many(due.plans, 'plan')} (digest, gate and time stay), ${many(due.documents, 'document')}`,
    ...due.exports.map((file) => `  ${file}`),
    `  records of jobs: ${records.join(', ') || 'none'}`,
    `Older than ${proofs.toISOString()}: ${many(due.proofs, 'proof')} without names`,
  ];
}

/** Exports below `stateDir/exports`: `SEMESTER/RUN.json` and `SEMESTER-members-….csv`. */
async function oldExports({ stateDir }: Site, before: Date, running: readonly string[]): Promise<readonly string[]> {
  const folder = path.join(stateDir, 'exports');
  const names: readonly string[] = await readdir(folder, { recursive: true }).catch(() => []);
  const old: string[] = [];
  for (const name of names.toSorted()) {
    // A file that the service did not write may have any name.
    const [first = ''] = name.split('/');
    const semester = decoded(first).replace(/-members-[0-9a-f]+\.csv$/, '');
    if (isOpen(semester, running)) continue;
    const found = await stat(path.join(folder, name));
    if (found.isFile() && found.mtime < before) old.push(path.join(folder, name));
  }
  return old;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
