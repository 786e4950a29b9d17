import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** What the build is made from, seen from the top of the checkout. */
export const SOURCES = [
  'activities',
  'build',
  'client',
  'codec',
  'config',
  'domain',
  'package-lock.json',
  'package.json',
  'recovery',
  'signing',
  'templates',
  'texts',
  'tsconfig.build.json',
  'watch',
  'worker',
  'workflows',
];

/** The file of a build that says what it was made from. */
export const BUILD_RECORD = 'build-record.json';

export interface BuildRecord {
  /** `sourcesState` before the build. */
  readonly sources: string;
  /** Digest of what the workflow bundles were made from. */
  readonly workflows: string;
}

/** The record of the build in `dist`; null if there is none. */
export function readBuildRecord(dist: string): BuildRecord | null {
  try {
    return JSON.parse(readFileSync(path.join(dist, BUILD_RECORD), 'utf8')) as BuildRecord;
  } catch {
    return null;
  }
}

/** Digest over name, size and time of each source. It takes milliseconds, so each start can afford it. */
export function sourcesState(top: string): string {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((source) => filesOf(path.join(top, source)))) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${path.relative(top, file)}:${size}:${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function filesOf(source: string): readonly string[] {
  if (statSync(source).isFile()) return [source];
  const entries = readdirSync(source, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
}

/** Whether the build in `dist` is one of the sources around it. */
export const isFresh = (dist: string): boolean =>
  readBuildRecord(dist)?.sources === sourcesState(path.join(dist, '..'));
