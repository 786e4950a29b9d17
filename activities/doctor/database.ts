import type { Site } from '../../domain/site.ts';
import { refuse, tryAgain } from '../failures.ts';
import { readingIdServer, sqlState } from '../id-server/database.ts';
import type { Say } from '../../texts/messages.ts';
import type { Finding } from './check.ts';

type Columns = Readonly<Record<string, readonly string[]>>;

/** For addresses. */
const ADDRESSES: Columns = {
  users: ['idx', 'username', 'name', 'preferred_language'],
  email_addresses: ['idx', 'owner_idx', 'address_local', 'address_domain'],
};
/** For those who sign in through a group above the GPU group, and for rules with `unlessMemberOf`. */
const GROUPS: Columns = {
  users: ['idx', 'username', 'name'],
  groups: ['idx', 'identifier'],
  group_relations: ['supergroup_idx', 'subgroup_idx'],
  group_reachable_cache: ['supergroup_idx', 'subgroup_idx'],
  user_memberships: ['user_idx', 'group_idx'],
};

/** The tables of the ID server, with the columns that the service reads for this site. */
export function neededColumns({
  addresses,
  idServer,
  applications,
}: Pick<Site, 'addresses' | 'idServer' | 'applications'>): Columns {
  const groups =
    idServer.nestedGroups === 'database' ||
    applications.rules.some(({ unlessMemberOf }) => unlessMemberOf !== undefined);
  return {
    ...(groups && GROUPS),
    ...(addresses.source === 'postgres' && ADDRESSES),
  };
}

const RIGHTS = `
  select c.relname as table,
    has_table_privilege(c.oid, 'DELETE') or has_table_privilege(c.oid, 'TRUNCATE')
      or has_any_column_privilege(c.oid, 'INSERT') or has_any_column_privilege(c.oid, 'UPDATE') as writes,
    array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      and has_column_privilege(c.oid, a.attnum, 'SELECT')) as columns
  from pg_class c where c.relname = any($1) and pg_table_is_visible(c.oid)`;
const ROLE =
  'select rolname as role, rolsuper or rolcreatedb or rolcreaterole as high from pg_roles where rolname = current_user';

/**
 * Checks that the role of SEMESTER_ID_DATABASE_URL can read what the service needs and write nothing. Its transactions
 * are read-only.
 * @throws ApplicationFailure `ConfigInvalid` or `Unreachable` with the SQLSTATE, never with the connection string
 */
export async function checkDatabase(say: Say, url: string, needed: Columns): Promise<Finding> {
  try {
    return await readingIdServer(url, 15_000, async (client) => {
      const { rows: tables } = await client.query<Rights>(RIGHTS, [Object.keys(needed)]);
      const { rows: roles } = await client.query<Role>(ROLE);
      return judgeRights(say, needed, tables, roles[0] ?? { role: 'unknown', high: true });
    });
  } catch (error) {
    const code = sqlState(error);
    const refused = /^(28|3D|42)/.test(code);
    const text = `the ID server's database ${refused ? 'refuses the role' : 'does not answer'} (${code})`;
    throw refused ? refuse('ConfigInvalid', text) : tryAgain('Unreachable', text);
  }
}

interface Rights {
  readonly table: string;
  readonly writes: boolean;
  readonly columns: readonly string[];
}
interface Role {
  readonly role: string;
  /** Whether it may create roles or databases, or is a superuser. */
  readonly high: boolean;
}

/** Judges the rights of the role. The remedy holds the SQL to run. */
export function judgeRights(say: Say, needed: Columns, tables: readonly Rights[], { role, high }: Role): Finding {
  const readable = new Map(tables.map(({ table, columns }) => [table, new Set(columns)]));
  const missing = Object.entries(needed).flatMap(([table, columns]) => {
    const lacking = columns.filter((column) => !readable.get(table)?.has(column));
    return lacking.length > 0 ? [{ table, columns: lacking.join(', ') }] : [];
  });
  const writes = tables.filter((table) => table.writes).map(({ table }) => table);
  const problems = [
    ...missing.map((one) => say('doctor.database.unreadable', one)),
    ...(writes.length > 0 ? [say('doctor.database.writes', { tables: writes })] : []),
    ...(high ? [say('doctor.database.high')] : []),
  ];
  if (problems.length === 0) return { found: say('doctor.database.ok', { role }) };
  const grants = missing.map(({ table, columns }) => `grant select (${columns}) on ${table} to ${role}`);
  const remedy =
    writes.length > 0 || high
      ? say('doctor.database.readOnly')
      : say('doctor.database.grants', { sql: grants.join('; ') });
  return { state: 'wrong', found: say('doctor.database.problems', { role, problems: problems.join('; ') }), remedy };
}
