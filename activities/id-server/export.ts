import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { digestOf } from '../../domain/digest.ts';
import { refuse } from '../failures.ts';
import type { Member } from './types.ts';

/** A member in the export of gate `removal`. */
export interface ExportedMember extends Member {
  readonly pending: boolean;
  readonly kept: boolean;
}

/**
 * Writes the members to `stateDir/exports/SEMESTER-members-HASH.csv`, readable by the service's account only, and
 * returns the path. The name depends on the content, so that a later export of fewer members never replaces an earlier
 * one.
 */
export async function exportMembers(
  stateDir: string,
  semester: string,
  members: readonly ExportedMember[],
): Promise<string> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(semester))
    throw refuse('ConfigInvalid', `the semester's name ${JSON.stringify(semester)} cannot be part of a file name`);
  const folder = join(stateDir, 'exports');
  const file = join(folder, `${semester}-members-${digestOf(members).slice(7, 19)}.csv`);
  const rows = members.map((member) => ({ ...member, studentNumbers: member.studentNumbers.join(' ') }));
  const text = stringify(rows, {
    header: true,
    columns: ['uid', 'username', 'name', 'studentNumbers', 'pending', 'kept'],
    cast: { boolean: (value) => (value ? 'yes' : 'no') },
    // Members choose their names, and spreadsheets would run formulas in them.
    escape_formulas: true,
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, text, { mode: 0o600, flush: true });
  await rename(part, file);
  return file;
}
