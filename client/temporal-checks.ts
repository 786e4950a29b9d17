import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { DoctorCheck } from '../activities/doctor/contract.ts';
import { CREATE_ATTRIBUTES, missingAttributes } from '../watch/search-attributes.ts';
import { VERSION } from '../config/version.ts';
import { many } from '../domain/many.ts';
import { pollers } from './pollers.ts';

/** An audit a year later reads the histories of children, which Temporal deletes after the retention. */
const RETENTION_DAYS = 365;
/** Deadlines are instants, and logs of two machines are read side by side. */
const CLOCKS_MS = 5_000;

/** When a run began and ended by the clock of the command line, of Temporal, and when it was worked on by the worker's. Milliseconds. */
export interface Clocks {
  readonly here: { readonly began: number; readonly ended: number };
  readonly temporal: { readonly began: number; readonly ended: number };
  readonly worker: number;
}

/** The codes of gRPC. */
const DENIED: readonly number[] = [7, 16];

/** Checks of Temporal's server that the command line makes itself: retention, search attributes, clocks, versions. */
export async function checkTemporal(client: Client, clocks: Clocks): Promise<readonly DoctorCheck[]> {
  const { namespace } = client.options;
  return [
    await row('retention', namespace, () => checkRetention(client, namespace)),
    await row('search attributes', namespace, async () => {
      const missing = await missingAttributes(client.connection, namespace);
      if (missing.length === 0) return { found: 'all are there' };
      return { state: 'wrong', found: `missing: ${missing.join(', ')}`, remedy: CREATE_ATTRIBUTES };
    }),
    await row('clock', 'Temporal', () => checkClocks(clocks)),
    await row('versions', 'Temporal', () => checkVersions(client)),
  ];
}

type Row = Pick<DoctorCheck, 'found'> & Partial<Pick<DoctorCheck, 'state' | 'remedy'>>;

async function row(check: string, where: string, look: () => Promise<Row> | Row): Promise<DoctorCheck> {
  try {
    return { check, where, state: 'ok', remedy: '', ...(await look()) };
  } catch (error) {
    if (!isGrpcServiceError(error) || !DENIED.includes(error.code)) throw error;
    return { check, where, state: 'skipped', found: 'this account may not ask Temporal', remedy: '' };
  }
}

async function checkRetention({ workflowService }: Client, namespace: string): Promise<Row> {
  const { config } = await workflowService.describeNamespace({ namespace });
  const days = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / 86_400;
  const found = `${days < 1 ? `${days * 24} hours` : many(days, 'day')} after its end a run is deleted`;
  if (days >= RETENTION_DAYS) return { found };
  return {
    state: 'warning',
    found: `${found}: an audit later than that misses the histories of hosts`,
    remedy:
      `temporal operator namespace update --namespace ${namespace} --retention ${RETENTION_DAYS * 24}h; ` +
      'where Temporal allows less, audit within that time',
  };
}

/** Compares three clocks by what must have come before what. */
export function checkClocks({ here, temporal, worker }: Clocks): Row {
  // Temporal starts a run after the command line asks for it, and ends it before the command line hears of it.
  const cli = outside(0, temporal.ended - here.ended, temporal.began - here.began);
  const work = outside(worker, temporal.began, temporal.ended);
  const wrong = [
    ...(Math.abs(cli) > CLOCKS_MS ? [`this machine and Temporal differ by ${seconds(cli)}`] : []),
    ...(Math.abs(work) > CLOCKS_MS ? [`the worker and Temporal differ by ${seconds(work)}`] : []),
  ];
  if (wrong.length === 0) return { found: 'worker, Temporal and this machine agree' };
  return {
    state: 'warning',
    found: wrong.join('; '),
    remedy: 'let all machines synchronise: timedatectl set-ntp true',
  };
}

/** How far a value is below (negative) or above a range. */
const outside = (value: number, from: number, to: number) => Math.min(value - from, 0) + Math.max(value - to, 0);

const seconds = (ms: number) => many(Math.round(Math.abs(ms) / 1000), 'second');

async function checkVersions(client: Client): Promise<Row> {
  const [{ serverVersion }, { version }] = await Promise.all([
    client.workflowService.getSystemInfo({}),
    pollers(client),
  ]);
  const found = `Temporal ${serverVersion}, worker ${version ?? 'of a version that does not say'}, this command ${VERSION}`;
  if (version === VERSION) return { found };
  return { state: 'warning', found, remedy: 'install the same version for both, and start the worker again' };
}
