import type pg from 'pg';

/** A row of the lists of members and of pending requests. */
interface Person {
  readonly uid: number;
  readonly username: string | null;
  readonly name: string;
  readonly studentNumbers: readonly string[];
}

type List = 'user_memberships' | 'pending_user_memberships';

/** GET /api/group as `user` sees it: no group without an owner. */
export async function listGroups(pool: pg.Pool, user: number): Promise<unknown[]> {
  const { rows } = await pool.query<{ idx: number; identifier: string } & Record<string, string | boolean>>(
    `select g.*,
       exists (select from user_memberships m join group_reachable_cache c on c.supergroup_idx = m.group_idx
         where c.subgroup_idx = g.idx and m.user_idx = $1) as member,
       exists (select from user_memberships m where m.group_idx = g.idx and m.user_idx = $1) as direct,
       exists (select from pending_user_memberships p where p.group_idx = g.idx and p.user_idx = $1) as pending,
       exists (select from user_memberships o where o.group_idx = g.owner_group_idx and o.user_idx = $1) as owner
     from groups g where g.owner_group_idx is not null order by g.idx`,
    [user],
  );
  return rows.map((row) => ({
    idx: row.idx,
    name: { ko: row['name_ko'], en: row['name_en'] },
    description: { ko: row['description_ko'], en: row['description_en'] },
    identifier: row.identifier,
    isPending: row['pending'],
    isMember: row['member'],
    isDirectMember: row['direct'],
    isOwner: row['owner'],
  }));
}

/** Whether `user` is a member of the group, directly or through a group above it: what a sign-in asks. */
export async function reaches(pool: pg.Pool, identifier: string, user: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from user_memberships m join group_reachable_cache c on c.supergroup_idx = m.group_idx
       join groups g on g.idx = c.subgroup_idx where g.identifier = $1 and m.user_idx = $2 limit 1`,
    [identifier, user],
  );
  return rowCount === 1;
}

/** Whether `user` owns the group; false for an unknown group. Throws if `gid` is not an integer. */
export async function isOwner(pool: pg.Pool, gid: string, user: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from groups g join user_memberships m on m.group_idx = g.owner_group_idx
     where g.idx = $1 and m.user_idx = $2`,
    [gid, user],
  );
  return rowCount === 1;
}

export async function groupExists(pool: pg.Pool, gid: string): Promise<boolean> {
  return (await pool.query('select from groups where idx = $1', [gid])).rowCount === 1;
}

export async function listPeople(pool: pg.Pool, list: List, gid: string): Promise<readonly Person[]> {
  const { rows } = await pool.query<Person>(
    `select u.idx as uid, u.username, u.name,
       array(select s.student_number from student_numbers s where s.owner_idx = u.idx order by md5(s.student_number)) as "studentNumbers"
     from ${list} m join users u on u.idx = m.user_idx where m.group_idx = $1 order by m.idx`,
    [gid],
  );
  return rows;
}

const remove = async (client: pg.PoolClient, list: List, gid: string, uids: readonly number[]) =>
  (
    await client.query<{ user_idx: number }>(
      `delete from ${list} where group_idx = $1 and user_idx = any($2) returning user_idx`,
      [gid, uids],
    )
  ).rows.map((row) => row.user_idx);

/**
 * Accept moves pending requests to the memberships; reject deletes both. Resolves to whether the number of changed rows
 * equals the number of uids; the changes persist in either case. Any error rolls everything back.
 */
export async function decide(
  pool: pg.Pool,
  verdict: 'accept' | 'reject',
  gid: string,
  uids: readonly number[],
): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const asked = await remove(client, 'pending_user_memberships', gid, uids);
    let touched = asked.length;
    if (verdict === 'reject') touched += (await remove(client, 'user_memberships', gid, uids)).length;
    else
      await client.query('insert into user_memberships (user_idx, group_idx) select unnest($1::int[]), $2', [
        asked,
        gid,
      ]);
    await client.query('commit');
    return touched === uids.length;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
