import type { Database } from './database.ts';

/** A semester whose names are due. */
interface DueSemester {
  readonly semester: string;
  readonly mails: number;
  /** Its last mail, UTC. */
  readonly last: string;
}

export interface DueRows {
  readonly semesters: readonly DueSemester[];
  /** Plans that still hold names. */
  readonly plans: number;
  readonly documents: number;
  /** Proofs without names that are over too. */
  readonly proofs: number;
}

/** The instants before which names and proofs go. */
export interface Cutoffs {
  readonly names: Date;
  readonly proofs: Date;
}

/** What stays of a semester: counts without names. */
interface SemesterProof {
  readonly semester: string;
  readonly last: string;
  /** Number of mails by kind and state. */
  readonly mails: Readonly<Record<string, number>>;
}

const PROOF = 'proof/';
/** What permitted something, and names whom to waive; it ends long before. A used signature of a start stays used. */
const AUTHORITY = `'grant', 'made-plan', 'newest-plan', 'start', 'taken-proof'`;
/** A plan without names: digest, gate and time stay. */
const EMPTY = '{}';
/** Plans of a running semester are older than its first mail. */
const PLANNING_MS = 60 * 86_400_000;

/** Whether a running workflow belongs to a semester. Applications that were opened again end with a number: `applications/NAME-2`. */
export const isOpen = (semester: string, running: readonly string[]): boolean =>
  running.some((id) => {
    const name = id.slice(id.indexOf('/') + 1);
    return name === semester || (name.startsWith(`${semester}-`) && /^\d+$/.test(name.slice(semester.length + 1)));
  });

/** The cut-off for plans and documents: nothing goes that a running semester may still need. */
async function planCutoff(db: Database, { names }: Cutoffs, running: readonly string[]): Promise<Date> {
  const rows = await db.query('SELECT semester, min(at) AS first FROM mail GROUP BY semester');
  const firsts = rows
    .filter(({ semester }) => isOpen(String(semester), running))
    .map(({ first }) => (first as Date).getTime() - PLANNING_MS);
  return new Date(Math.min(names.getTime(), ...firsts));
}

/** Finds what is due. `running`: ids of the workflows that run. */
export async function findDue(db: Database, cutoffs: Cutoffs, running: readonly string[]): Promise<DueRows> {
  const semesters = await db.query(
    `SELECT semester, count(*)::int AS mails, max(at) AS last FROM mail GROUP BY semester HAVING max(at) < $1 ORDER BY 1`,
    [cutoffs.names],
  );
  const count = async (text: string, ...params: unknown[]) => ((await db.query(text, params))[0]?.n ?? 0) as number;
  const plansBefore = await planCutoff(db, cutoffs, running);
  return {
    semesters: semesters
      .map((row) => ({
        semester: String(row.semester),
        mails: row.mails as number,
        last: (row.last as Date).toISOString(),
      }))
      .filter(({ semester }) => !isOpen(semester, running)),
    plans: await count('SELECT count(*)::int AS n FROM plan WHERE at < $1 AND binding <> $2', plansBefore, EMPTY),
    documents: await count('SELECT count(*)::int AS n FROM document WHERE at < $1', plansBefore),
    proofs:
      (await count('SELECT count(*)::int AS n FROM plan WHERE at < $1 AND binding = $2', cutoffs.proofs, EMPTY)) +
      (await count(
        `SELECT count(*)::int AS n FROM named WHERE name LIKE '${PROOF}%' AND (value::json->>'last')::timestamptz < $1`,
        cutoffs.proofs,
      )),
  };
}

/**
 * Deletes what is due, in one transaction. Of each semester the counts of its mails stay, of each plan its digest, gate and
 * time, until the proofs are over.
 * @param keptNames second parts of names that are no semester: `docker-ranges/SITE`
 */
export async function purgeStore(
  db: Database,
  due: DueRows,
  cutoffs: Cutoffs,
  running: readonly string[],
  keptNames: readonly string[],
): Promise<void> {
  const plansBefore = await planCutoff(db, cutoffs, running);
  await db.transaction(async (query) => {
    for (const { semester, last } of due.semesters) {
      const rows = await query(
        'SELECT kind, state, count(*)::int AS n FROM mail WHERE semester = $1 GROUP BY kind, state ORDER BY kind, state',
        [semester],
      );
      const mails = Object.fromEntries(
        rows.map(({ kind, state, n }) => [`${String(kind)} ${String(state)}`, n as number]),
      );
      const proof: SemesterProof = { semester, last, mails };
      await query(
        'INSERT INTO named (name, value, at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
        [`${PROOF}${semester}`, JSON.stringify(proof), last],
      );
      await query('DELETE FROM mail WHERE semester = $1', [semester]);
      if (!keptNames.includes(semester))
        await query(
          `DELETE FROM named WHERE name LIKE '%/%' AND substr(name, strpos(name, '/') + 1) = $1 AND name NOT LIKE '${PROOF}%'`,
          [semester],
        );
    }
    await query('UPDATE plan SET binding = $2, observed = $2 WHERE at < $1 AND binding <> $2', [plansBefore, EMPTY]);
    await query('DELETE FROM document WHERE at < $1', [plansBefore]);
    await query(`DELETE FROM named WHERE at < $1 AND split_part(name, '/', 1) IN (${AUTHORITY})`, [plansBefore]);
    await query('DELETE FROM plan WHERE at < $1 AND binding = $2', [cutoffs.proofs, EMPTY]);
    await query(`DELETE FROM named WHERE name LIKE '${PROOF}%' AND (value::json->>'last')::timestamptz < $1`, [
      cutoffs.proofs,
    ]);
  });
}
