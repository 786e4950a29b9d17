import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { DoctorCheck } from '../activities/doctor/contract.ts';
import { CREATE_ATTRIBUTES, missingAttributes } from '../watch/search-attributes.ts';
import { VERSION } from '../config/version.ts';
import type { Say } from '../texts/messages.ts';
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
export async function checkTemporal(client: Client, say: Say, clocks: Clocks): Promise<readonly DoctorCheck[]> {
  const { namespace } = client.options;
  return [
    await row(say, 'retention', namespace, () => checkRetention(client, say, namespace)),
    await row(say, 'search attributes', namespace, async () => {
      const missing = await missingAttributes(client.connection, namespace);
      if (missing.length === 0) return { found: say('doctor.attributes.ok') };
      return { state: 'wrong', found: say('doctor.attributes.missing', { names: missing }), remedy: CREATE_ATTRIBUTES };
    }),
    await row(say, 'clock', 'Temporal', () => checkClocks(say, clocks)),
    await row(say, 'versions', 'Temporal', () => checkVersions(client, say)),
  ];
}

type Row = Pick<DoctorCheck, 'found'> & Partial<Pick<DoctorCheck, 'state' | 'remedy'>>;

async function row(
  say: Say,
  check: 'retention' | 'search attributes' | 'clock' | 'versions',
  where: string,
  look: () => Promise<Row> | Row,
): Promise<DoctorCheck> {
  const title = say(`doctor.check.${check}`);
  try {
    return { check, title, where, state: 'ok', remedy: '', ...(await look()) };
  } catch (error) {
    if (!isGrpcServiceError(error) || !DENIED.includes(error.code)) throw error;
    return { check, title, where, state: 'skipped', found: say('doctor.temporal.denied'), remedy: '' };
  }
}

async function checkRetention({ workflowService }: Client, say: Say, namespace: string): Promise<Row> {
  const { config } = await workflowService.describeNamespace({ namespace });
  const days = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / 86_400;
  const found = say('doctor.retention.found', { days: days < 1 ? null : days, hours: days * 24 });
  if (days >= RETENTION_DAYS) return { found };
  return {
    state: 'warning',
    found: say('doctor.retention.short', { found }),
    remedy: say('doctor.retention.remedy', {
      command: `temporal operator namespace update --namespace ${namespace} --retention ${RETENTION_DAYS * 24}h`,
    }),
  };
}

/** Compares three clocks by what must have come before what. */
export function checkClocks(say: Say, { here, temporal, worker }: Clocks): Row {
  // Temporal starts a run after the command line asks for it, and ends it before the command line hears of it.
  const cli = outside(0, temporal.ended - here.ended, temporal.began - here.began);
  const work = outside(worker, temporal.began, temporal.ended);
  const wrong = [
    ...(Math.abs(cli) > CLOCKS_MS ? [say('doctor.clocks.here', { seconds: seconds(cli) })] : []),
    ...(Math.abs(work) > CLOCKS_MS ? [say('doctor.clocks.worker', { seconds: seconds(work) })] : []),
  ];
  if (wrong.length === 0) return { found: say('doctor.clocks.ok') };
  return {
    state: 'warning',
    found: wrong.join('; '),
    remedy: say('doctor.clocks.remedy'),
  };
}

/** How far a value is below (negative) or above a range. */
const outside = (value: number, from: number, to: number) => Math.min(value - from, 0) + Math.max(value - to, 0);

const seconds = (ms: number) => Math.round(Math.abs(ms) / 1000);

async function checkVersions(client: Client, say: Say): Promise<Row> {
  const [{ serverVersion }, { version }] = await Promise.all([
    client.workflowService.getSystemInfo({}),
    pollers(client),
  ]);
  const found = say('doctor.versions.found', {
    server: serverVersion ?? '',
    worker: version ?? null,
    command: VERSION,
  });
  if (version === VERSION) return { found };
  return { state: 'warning', found, remedy: say('doctor.versions.remedy') };
}
