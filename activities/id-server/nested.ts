import type { Site } from '../../domain/site.ts';
import { refuse } from '../failures.ts';
import { queryIdServer } from './database.ts';
import type { IdServer, Implied, Member } from './types.ts';

/**
 * Members of each group in $1, and of every group above it: the server lets a member of a supergroup sign in where the
 * group is asked for. It decides by its cache of reachable groups, which can differ from the relations after an edit by
 * SQL. So both count.
 */
const REACHES = `
  with recursive relation as (
    select supergroup_idx, subgroup_idx from group_relations
    union select supergroup_idx, subgroup_idx from group_reachable_cache
  ), reaches (target, idx) as (
    select g.identifier, g.idx from groups g where g.identifier = any($1)
    union select r.target, n.supergroup_idx from reaches r join relation n on n.subgroup_idx = r.idx
  )
  select r.target as "group", u.idx as uid, u.username, u.name,
    array_agg(coalesce(g.identifier, g.idx::text) order by g.idx) as via
  from reaches r join groups g on g.idx = r.idx
    join user_memberships m on m.group_idx = g.idx join users u on u.idx = m.user_idx
  group by r.target, u.idx, u.username, u.name order by u.idx`;

interface Reaching {
  readonly group: string;
  readonly uid: number;
  readonly username: string | null;
  readonly name: string;
  /** The groups of which the account is a direct member. */
  readonly via: readonly string[];
}

const reaching = (url: string, groups: readonly string[]) => queryIdServer<Reaching>(url, REACHES, [groups]);

/**
 * The accounts that sign in because they are members of a group above the configured one; also those that are its
 * members as well. None if site.yaml says that groups do not nest.
 * @throws ApplicationFailure as `queryIdServer`; `ConfigInvalid` without a connection string
 */
export async function impliedMembers(site: Site, databaseUrl: string | undefined): Promise<readonly Implied[]> {
  const { group, nestedGroups } = site.idServer;
  if (nestedGroups === 'none') return [];
  if (!databaseUrl) {
    const remedy = `set SEMESTER_ID_DATABASE_URL; or, if no group contains ${group}, idServer.nestedGroups: none in site.yaml`;
    throw refuse(
      'ConfigInvalid',
      `who signs in through a group above ${group} is in the ID server's database: ${remedy}`,
    );
  }
  const rows = await reaching(databaseUrl, [group]);
  return rows.flatMap(({ uid, username, name, via }) => {
    const above = via.filter((one) => one !== group);
    return above.length === 0 ? [] : [{ uid, username, name, studentNumbers: [], via: above }];
  });
}

/**
 * Of these groups, those of each account, also through other groups; by account name.
 * @throws ApplicationFailure as `queryIdServer`; `ConfigInvalid` without a connection string, or for an unknown group
 */
export async function groupsOfAccounts(
  databaseUrl: string | undefined,
  groups: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  if (groups.length === 0) return found;
  const place = 'unlessMemberOf of applications.rules in site.yaml';
  if (!databaseUrl)
    throw refuse('ConfigInvalid', `${place} needs the ID server's database: set SEMESTER_ID_DATABASE_URL`);
  const known = await queryIdServer<{ identifier: string }>(
    databaseUrl,
    'select identifier from groups where identifier = any($1)',
    [groups],
  );
  const unknown = groups.filter((group) => !known.some(({ identifier }) => identifier === group));
  if (unknown.length > 0) throw refuse('ConfigInvalid', `${place}: the ID server has no group ${unknown.join(', ')}`);
  for (const { group, username } of await reaching(databaseUrl, groups))
    if (username !== null) found.set(username, (found.get(username) ?? new Set()).add(group));
  return found;
}

/** Everyone who can sign in: the members of the group, and those whom a group above it implies, each once. */
export async function whoCanSignIn(idServer: Pick<IdServer, 'members' | 'implied'>): Promise<readonly Member[]> {
  const [members, implied] = await Promise.all([idServer.members(), idServer.implied()]);
  return [...members, ...onlyImplied(members, implied)];
}

/** The groups above through which these accounts sign in, each once: `office, undergraduate`. */
export const groupsAbove = (implied: readonly Pick<Implied, 'via'>[]): string =>
  [...new Set(implied.flatMap((one) => one.via))].join(', ');

/** Those who sign in through a group above only. */
export function onlyImplied(members: readonly Member[], implied: readonly Implied[]): readonly Implied[] {
  const direct = new Set(members.map(({ uid }) => uid));
  return implied.filter(({ uid }) => !direct.has(uid));
}
