import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import type { temporal } from '@temporalio/proto';
import type * as workflows from '../../workflows/index.ts';

export type WorkflowType = keyof typeof workflows;

/** The states in which runs wait for days, and the end: an edit there breaks runs that are open. */
export const STATES = [
  'waiting',
  'rejected',
  'paused',
  'parked',
  'reminded',
  'deferred',
  'continued-as-new',
  'ended',
] as const;
export type State = (typeof STATES)[number];

const NO_GATE = 'it asks at no gate';
const SHORT = 'it never continues as new: its history stays small';
const OWES_NOTHING = 'it defers no task';
const ASKS_NOBODY = 'it asks no person: it reports what failed to its parent';
const PARENT_REMINDS = 'its parent reminds of what it waits for';
const INSPECTS = 'it answers a command within minutes, then it ends';
const LOCK = 'it is a lock: it grants and waits, and asks no person';
const FOR_EVER = 'it never ends';

/** The states that a workflow type cannot reach, and why. All others are recorded. */
export const CANNOT: Readonly<Record<WorkflowType, Partial<Readonly<Record<State, string>>>>> = {
  semester: { 'continued-as-new': SHORT },
  applications: {},
  fleetUpdate: { 'continued-as-new': SHORT },
  hostUpdate: { rejected: NO_GATE, reminded: PARENT_REMINDS, 'continued-as-new': SHORT },
  prepareHosts: {
    rejected: NO_GATE,
    parked: ASKS_NOBODY,
    reminded: ASKS_NOBODY,
    deferred: OWES_NOTHING,
    'continued-as-new': SHORT,
  },
  exclude: { deferred: OWES_NOTHING, 'continued-as-new': SHORT },
  include: { rejected: NO_GATE, 'continued-as-new': SHORT },
  publish: { deferred: OWES_NOTHING, 'continued-as-new': SHORT },
  restore: { deferred: OWES_NOTHING, 'continued-as-new': SHORT },
  restoreDocker: { deferred: OWES_NOTHING, 'continued-as-new': SHORT },
  rollback: { deferred: OWES_NOTHING, 'continued-as-new': SHORT },
  docker: { rejected: NO_GATE, 'continued-as-new': SHORT },
  inspect: {
    rejected: INSPECTS,
    paused: INSPECTS,
    parked: INSPECTS,
    reminded: INSPECTS,
    deferred: INSPECTS,
    'continued-as-new': INSPECTS,
  },
  host: { rejected: NO_GATE, ended: FOR_EVER },
  site: {
    rejected: LOCK,
    paused: LOCK,
    parked: LOCK,
    reminded: LOCK,
    deferred: OWES_NOTHING,
    ended: FOR_EVER,
  },
};

/** What `npm run histories` writes beside the recordings. */
export interface Manifest {
  readonly version: string;
  /** The commit whose workflows made the recordings. */
  readonly commit: string;
}

/** One folder for each version of the CHANGELOG. */
export const HISTORIES = path.join(import.meta.dirname, '../histories');
export const MANIFEST = 'recorded.json';
export const SUMS = 'SHA256SUMS';

/** The versions with recordings, oldest first. */
export async function recordedVersions(): Promise<readonly string[]> {
  const names = (await readdir(HISTORIES, { withFileTypes: true })).filter((one) => one.isDirectory());
  return names.map(({ name }) => name).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** The recordings of a folder: `semester.waiting.json.gz`. */
export const recordingsIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.json.gz')).toSorted();

export async function readManifest(version: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(HISTORIES, version, MANIFEST), 'utf8')) as Manifest;
}

type History = temporal.api.history.v1.IHistory;

export async function readRecording(file: string): Promise<History> {
  return historyFromJSON(JSON.parse((await promisify(gunzip)(await readFile(file))).toString()));
}

/** Children are named after their parent, so a history replays under its own name. */
export const idOf = ({ events }: History): string =>
  events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '';

/** Recordings that a folder lacks: each state that a type can reach. */
export function missingIn(names: readonly string[]): readonly string[] {
  const has = (type: string, state: State) => names.some((name) => name.startsWith(`${type}.${state}.`));
  return Object.entries(CANNOT).flatMap(([type, cannot]) =>
    STATES.filter((state) => !(state in cannot) && !has(type, state)).map((state) => `${type}.${state}`),
  );
}

/** The versions that the CHANGELOG dates: they are out, and their recordings stay as they are. */
export async function releasedVersions(): Promise<readonly string[]> {
  const text = await readFile(path.join(HISTORIES, '../../CHANGELOG.md'), 'utf8');
  return [...text.matchAll(/^## \[(\d+\.\d+\.\d+)\] [-–] \d{4}-\d\d-\d\d/gm)].map(([, version]) => version!);
}
