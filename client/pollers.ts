import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { VERSION } from '../config/version.ts';
import { TASK_QUEUE } from '../domain/names.ts';

/** Whether a worker polls the task queue. */
export interface Pollers {
  readonly polling: boolean;
  /** Identities of the workers: `4711@host`. */
  readonly identities: readonly string[];
  /** What the workers say about themselves; without those of an earlier version, which say nothing. */
  readonly workers: readonly WorkerTag[];
  /** The version of the worker that polled last; null if it reports none. */
  readonly version: string | null;
  /** Time of the last poll, UTC ISO-8601; null if there was none in the last five minutes, which Temporal remembers. */
  readonly lastSeen: string | null;
}

/** What a worker says about itself in its identity, which everybody who reaches Temporal can read. */
export interface WorkerTag {
  readonly site: string;
  /** Fingerprints of its payload keys, the one that encrypts first; empty: it encrypts nothing. */
  readonly keys: readonly string[];
  /** `markOf` the runs without which it was started, since they do not replay on its version. */
  readonly without: readonly string[];
}

/** A run in an identity: short, because Temporal limits identities to 1,000 bytes. */
export const markOf = (workflowId: string): string => createHash('sha256').update(workflowId).digest('hex').slice(0, 8);

/** The identity of a worker: `4711@host site=bacchus keys=0123456789abcdef without=01234567`. */
export const identityOf = (process: string, { site, keys, without }: WorkerTag): string =>
  `${process} site=${site} keys=${keys.join(',') || 'none'}${without.length > 0 ? ` without=${without.slice(0, MOST_MARKS).join(',')}` : ''}`;

const MOST_MARKS = 80;

function tagIn(identity: string): WorkerTag | null {
  const [, site, keys, without] = / site=(\S+) keys=(\S+)(?: without=(\S+))?$/.exec(identity) ?? [];
  if (site === undefined || keys === undefined) return null;
  return { site, keys: keys === 'none' ? [] : keys.split(','), without: without?.split(',') ?? [] };
}

/** A poll lasts one minute: a worker without a poll for longer has ended. */
const GONE_AFTER_MS = 90_000;
const WORKFLOW_TASKS = 1;

/** Asks Temporal which workers poll the task queue. */
export async function pollers(client: Client, taskQueue = TASK_QUEUE): Promise<Pollers> {
  const { pollers: raw } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: WORKFLOW_TASKS,
  });
  const seen = (raw ?? [])
    .map((poller) => ({
      identity: poller.identity ?? '',
      at: Number(poller.lastAccessTime?.seconds ?? 0) * 1000 + (poller.lastAccessTime?.nanos ?? 0) / 1e6,
      version: poller.deploymentOptions?.buildId ?? null,
    }))
    .toSorted((a, b) => b.at - a.at);
  const newest = seen[0];
  const last = newest?.at ?? 0;
  const alive = seen.filter(({ at }) => Date.now() - at < GONE_AFTER_MS);
  const identities = [...new Set((alive.length > 0 ? alive : seen).map(({ identity }) => identity))];
  return {
    polling: Date.now() - last < GONE_AFTER_MS,
    identities,
    workers: identities.flatMap((identity) => tagIn(identity) ?? []),
    version: newest?.version ?? null,
    lastSeen: last === 0 ? null : new Date(last).toISOString(),
  };
}

/** The message for a task queue without a worker, with the command that starts one. */
export function noWorkerSentence({ lastSeen }: Pick<Pollers, 'lastSeen'>): string {
  const since = lastSeen === null ? 'for at least five minutes' : `since ${lastSeen}`;
  return `No worker answers; none has polled Temporal ${since}. Start one: npm run worker -- --site site.yaml`;
}

/**
 * Why a site's workflow is not started: no worker that serves the site polls here. null: one does.
 */
export function noSiteSentence({ polling, workers, ...seen }: Pollers, site: string, target: string): string | null {
  if (polling && (workers.length === 0 || workers.some((worker) => worker.site === site))) return null;
  const others = [...new Set(workers.map((worker) => worker.site))];
  const why = polling
    ? `The worker at ${target} serves ${others.join(', ')}, not ${site}.`
    : `${noWorkerSentence(seen)}.`;
  return `${why} Nothing was started at ${target}: check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, or add --without-worker to start it anyway.`;
}

/** Why messages of this process and of the workers could not be read by each other; null: they can, or it is not known. */
export function keysRefusal(
  { workers }: Pick<Pollers, 'workers'>,
  own: readonly string[],
  from: string,
): string | null {
  const other = workers.find(
    ({ keys }) => keys.length > 0 && own.length > 0 && !(keys.includes(own[0]!) && own.includes(keys[0]!)),
  );
  if (other === undefined) return null;
  return `${from} encrypts with the key of fingerprint ${own[0]}, and the worker of ${other.site} with ${other.keys[0]}: neither could read the other. Nothing was sent. Give both the same payload keys, and start the worker again if you changed its own.`;
}

/** What to do if the worker is of another version than this program; null if it is not, or no worker polls. */
export function otherVersionSentence({ polling, version }: Pollers, mine = VERSION): string | null {
  if (!polling || version === null || version === mine) return null;
  return `The worker is of version ${version}, this command is of version ${mine}: bring the older one up to date (docs/upgrading.md).`;
}
