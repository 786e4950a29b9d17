import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { LabPerson } from '../../people.ts';
import { digestPassword } from './passwords.ts';

/** Accounts of the ID server besides the lab's people. Their row numbers are below 7, where the people begin. */
export const ACCOUNTS = {
  /** The administrators' account; owner by membership of the group `bacchus`. */
  administrator: { idx: 1, username: 'bacchus' },
  service: { idx: 2, username: 'gpusemester' },
  /** Can sign in; owns nothing. */
  guest: { idx: 3, username: 'guest' },
  deactivated: { idx: 4, username: 'retired' },
} as const;

export const GPU_GROUP = 'gpu';

/** Creates tables, roles, groups and accounts in an empty cluster. All accounts of `ACCOUNTS` share a password. */
export async function seed(adminUrl: string, people: readonly LabPerson[], password: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    for (const role of ['reader', 'id_server'])
      await client.query(`create role ${role} login password ${client.escapeLiteral(password)}`);
    await client.query('alter role reader set default_transaction_read_only = on');
    await client.query(await readFile(new URL('schema.sql', import.meta.url), 'utf8'));
    await client.query(`grant all on all tables in schema public to id_server;
      grant all on all sequences in schema public to id_server`);
    const digest = digestPassword(password);
    for (const { idx, username } of Object.values(ACCOUNTS))
      await client.query(
        'insert into users (idx, username, name, password_digest, activated) values ($1, $2, $2, $3, $4)',
        [idx, username, digest, idx !== ACCOUNTS.deactivated.idx],
      );
    await client.query(
      `insert into groups values
         (1, 1, 'bacchus', '바쿠스', 'Bacchus', '서버 관리자', 'Administrators'),
         (2, 1, $1, 'GPU 서버', 'GPU servers', 'GPU 서버 이용자', 'Users of the GPU servers'),
         (3, 5, 'undergraduate', '학부생', 'Undergraduates', '학부생', 'Undergraduates'),
         (4, null, 'archive', '옛 회원', 'Former members', '소유자 없음', 'Without an owner'),
         (5, 5, 'office', '학과 사무실', 'Office', '학과 사무실', 'Office of the department')`,
      [GPU_GROUP],
    );
    await client.query('insert into user_memberships (user_idx, group_idx) values ($1, 1), ($2, 1)', [
      ACCOUNTS.administrator.idx,
      ACCOUNTS.service.idx,
    ]);
    await client.query('select lab_rebuild_cache()');
    await addPeople(client, people);
    for (const table of ['users', 'groups'])
      await client.query(`select setval(pg_get_serial_sequence('${table}', 'idx'), (select max(idx) from ${table}))`);
  } finally {
    await client.end();
  }
}

/** Inserts people with their student number, address, membership and request: one statement for each table. */
async function addPeople(client: pg.Client, people: readonly LabPerson[]): Promise<void> {
  const rows = JSON.stringify(people);
  const from = `from json_to_recordset($1) as p(idx int, "user" text, name text, language text,
    "studentNumber" text, email text, member boolean, pending boolean)`;
  await client.query(
    `insert into users (idx, username, name, preferred_language) select idx, "user", name, language ${from}`,
    [rows],
  );
  await client.query(`insert into student_numbers (student_number, owner_idx) select "studentNumber", idx ${from}`, [
    rows,
  ]);
  await client.query(
    `insert into email_addresses (owner_idx, address_local, address_domain)
     select idx, split_part(email, '@', 1), split_part(email, '@', 2) ${from} where email is not null`,
    [rows],
  );
  for (const [table, column] of [
    ['user_memberships', 'member'],
    ['pending_user_memberships', 'pending'],
  ])
    await client.query(`insert into ${table} (user_idx, group_idx) select idx, 2 ${from} where ${column}`, [rows]);
}
