import { digestOf } from '../../domain/digest.ts';
import type { StoredPlan } from '../../domain/gates/define.ts';
import { refuse } from '../failures.ts';
import type { Database, Row } from './database.ts';
import { parsePlan } from './parse-plan.ts';
import type { LedgerEntry, LedgerKey, Store } from './store.ts';
import type { LedgerState } from '../../domain/ledger.ts';

const KEY = 'semester = $1 AND kind = $2 AND edition = $3 AND person = $4';
const COLUMNS = 'semester, kind, edition, person, state, message_id, answer, at';

/** The store in SQL that PostgreSQL and PGlite both speak. `clock` stamps what is written. */
export function createSqlStore(db: Database, clock: () => Date): Store {
  const showPlan = async (digest: string): Promise<StoredPlan> => {
    const [row] = await db.query('SELECT gate, binding, observed FROM plan WHERE digest = $1', [digest]);
    if (!row) throw refuse('PlanVoid', `the store holds no plan ${digest}; plan again (semester retry STEP)`);
    return { gate: String(row.gate), binding: parse(row.binding), observed: parse(row.observed) };
  };
  const keyOf = (key: LedgerKey) => [key.semester, key.kind, key.edition, key.person] as const;

  return {
    async putPlan({ gate, binding, observed }) {
      const digest = digestOf(binding);
      await db.query(
        `INSERT INTO plan (digest, gate, binding, observed, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (digest) DO UPDATE SET binding = excluded.binding, observed = excluded.observed, at = excluded.at`,
        [digest, gate, JSON.stringify(binding), JSON.stringify(observed), clock()],
      );
      return digest;
    },
    getPlan: async (gate, digest) => parsePlan(gate, digest, await showPlan(digest)),
    showPlan,
    async putDocument(value) {
      const digest = digestOf(value);
      await db.query(
        'INSERT INTO document (digest, value, at) VALUES ($1, $2, $3) ON CONFLICT (digest) DO UPDATE SET at = excluded.at',
        [digest, JSON.stringify(value), clock()],
      );
      return digest;
    },
    async getDocument<T>(digest: string) {
      const [row] = await db.query('SELECT value FROM document WHERE digest = $1', [digest]);
      if (!row) throw refuse('PlanVoid', `the store holds no document ${digest}; measure again (semester retry STEP)`);
      return parse(row.value) as T;
    },
    async putNamed(name, value) {
      await db.query(
        `INSERT INTO named (name, value, at) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at`,
        [name, JSON.stringify(value), clock()],
      );
    },
    async getNamed<T>(name: string) {
      const [row] = await db.query('SELECT value FROM named WHERE name = $1', [name]);
      return row ? (parse(row.value) as T) : null;
    },
    async changeNamed<T>(name: string, change: (before: T | null) => T) {
      for (;;) {
        const [row] = await db.query('SELECT value FROM named WHERE name = $1', [name]);
        const after = change(row ? (parse(row.value) as T) : null);
        const changed = await db.query(
          row
            ? 'UPDATE named SET value = $2, at = $3 WHERE name = $1 AND value = $4 RETURNING name'
            : 'INSERT INTO named (name, value, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING name',
          [name, JSON.stringify(after), clock(), ...(row ? [row.value] : [])],
        );
        if (changed.length > 0) return after;
      }
    },
    async claimMail(key, messageId) {
      const claimed = await db.query(
        `INSERT INTO mail (${COLUMNS}) VALUES ($1, $2, $3, $4, 'intended', $5, NULL, $6)
         ON CONFLICT DO NOTHING RETURNING person`,
        [...keyOf(key), messageId, clock()],
      );
      if (claimed.length > 0) return null;
      const [row] = await db.query(`SELECT ${COLUMNS} FROM mail WHERE ${KEY}`, keyOf(key));
      // Another attempt released the entry between the two statements. Claim again.
      return row ? entryOf(row) : this.claimMail(key, messageId);
    },
    async settleMail(key, state, answer) {
      // A slower attempt must not overwrite `sent`.
      await db.query(`UPDATE mail SET state = $5, answer = $6, at = $7 WHERE ${KEY} AND state <> 'sent'`, [
        ...keyOf(key),
        state,
        answer,
        clock(),
      ]);
    },
    async releaseMail(key, state) {
      await db.query(`DELETE FROM mail WHERE ${KEY} AND state = $5`, [...keyOf(key), state]);
    },
    async bounceMail(key, answer) {
      const bounced = await db.query(
        `UPDATE mail SET state = 'bounced', answer = $5, at = $6
         WHERE ${KEY} AND state IN ('sent', 'unknown') RETURNING person`,
        [...keyOf(key), answer, clock()],
      );
      return bounced.length > 0;
    },
    // `withAnnouncedMails` knows places outside of the store.
    announceMails: async () => [],
    async listMail(semester, kind) {
      const rows = await db.query(
        `SELECT ${COLUMNS} FROM mail WHERE semester = $1 AND ($2::text IS NULL OR kind = $2)
         ORDER BY kind, edition, person`,
        [semester, kind ?? null],
      );
      return rows.map(entryOf);
    },
    async countMail(since) {
      const rows = await db.query(
        `SELECT state, kind LIKE 'approver:%' AS approver, count(*)::int AS count FROM mail WHERE at >= $1
         GROUP BY 1, 2 ORDER BY 1, 2`,
        [since],
      );
      return rows.map((row) => ({
        state: row.state as LedgerState,
        approver: row.approver as boolean,
        count: row.count as number,
      }));
    },
    async size() {
      const [row] = await db.query('SELECT pg_database_size(current_database()) AS bytes');
      return Number(row?.bytes);
    },
    close: () => db.close(),
  };
}

const parse = (text: unknown): unknown => JSON.parse(text as string);

function entryOf(row: Row): LedgerEntry {
  return {
    semester: row.semester as string,
    kind: row.kind as string,
    edition: row.edition as number,
    person: row.person as string,
    state: row.state as LedgerState,
    messageId: row.message_id as string,
    answer: row.answer as string | null,
    at: (row.at as Date).toISOString(),
  };
}
