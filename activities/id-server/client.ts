import { z } from 'zod';
import type { Site } from '../../domain/site.ts';
import { refuse, tryAgain } from '../failures.ts';
import { beat } from '../hosts/remote/activity-context.ts';
import { groupsOfAccounts, impliedMembers } from './nested.ts';
import { type Session, createSession } from './session.ts';
import type { IdServer, Member } from './types.ts';

/** The server takes 1,000 rows in 0.05 s. Half of that keeps the effect of a lost reply small. */
const BATCH = 500;

const Group = z.object({ idx: z.int(), identifier: z.string().nullable(), isOwner: z.boolean() });
const Row = z.object({
  uid: z.int(),
  username: z.string().nullable(),
  name: z.string(),
  studentNumbers: z.array(z.string()),
});

type State = { readonly members: readonly Member[]; readonly pending: readonly Member[] };

export interface IdServerClientDependencies {
  readonly site: () => Promise<Site>;
  /** Secret `SEMESTER_ID_PASSWORD`. */
  readonly password: string | undefined;
  /** Secret `SEMESTER_ID_DATABASE_URL`; needed unless `idServer.nestedGroups` is none. */
  readonly databaseUrl: string | undefined;
  /** How long one call may take, in milliseconds; default 30 s. */
  readonly timeoutMs?: number;
}

/**
 * The configured group, through the ID server's API. Each call can fail with `Unreachable` (retryable) or
 * `ConfigInvalid`: no password, account refused, no such group, account not an owner.
 */
export function createIdServer({
  site,
  password,
  databaseUrl,
  timeoutMs = 30_000,
}: IdServerClientDependencies): IdServer {
  let current: { readonly key: string; readonly session: Session } | null = null;

  /** The session of the account that site.yaml names. */
  async function open(): Promise<{ session: Session; account: Site['idServer'] }> {
    const { idServer: account } = await site();
    if (!password) throw refuse('ConfigInvalid', 'the ID server needs a password: set SEMESTER_ID_PASSWORD');
    const key = `${account.username}@${account.url}`;
    if (current?.key !== key) current = { key, session: createSession({ account, password, timeoutMs }) };
    return { session: current.session, account };
  }

  /** The session and the group's path. Read at each call, because site.yaml may name another account or group. */
  async function group(): Promise<{ session: Session; path: string }> {
    const { session, account } = await open();
    const groups = read(z.array(Group), await session.get('/api/group'), `${account.url}/api/group`);
    const found = groups.find((one) => one.identifier === account.group);
    const place = `idServer.group in site.yaml: the ID server ${account.url}`;
    if (!found) throw refuse('ConfigInvalid', `${place} has no group ${account.group}`);
    if (!found.isOwner) {
      const remedy = `put ${account.username} into its owner group`;
      throw refuse(
        'ConfigInvalid',
        `${place} reports that ${account.username} does not own ${account.group}: ${remedy}`,
      );
    }
    return { session, path: `/api/group/${found.idx}` };
  }

  const list = async (session: Session, path: string): Promise<readonly Member[]> =>
    read(z.array(Row), await session.get(path), `the ID server's ${path}`);

  async function look(session: Session, path: string): Promise<State> {
    const [members, pending] = await Promise.all([list(session, `${path}/members`), list(session, `${path}/pending`)]);
    return { members, pending };
  }

  /**
   * Sends the rows that are due in batches and reads the lists again, until nothing is due or nothing changes. It
   * ignores the answers about rows: 400 can mean that all was done. After a rollback (500) it sends smaller batches, so
   * that one row does not block the others.
   */
  async function reconcile(verdict: 'accept' | 'reject', due: (state: State) => readonly number[]): Promise<State> {
    const { session, path } = await group();
    let state = await look(session, path);
    let size = BATCH;
    for (;;) {
      const uids = due(state);
      if (uids.length === 0) return state;
      const { lost, rolledBack } = await send(session, `${path}/${verdict}`, uids, size);
      state = await look(session, path);
      if (due(state).length < uids.length) continue;
      if (lost) throw tryAgain('Unreachable', `the ID server gave no answer to ${verdict} and did nothing: ${lost}`);
      const sent = Math.min(size, uids.length);
      if (!rolledBack || sent === 1) return state;
      size = Math.max(1, Math.floor(sent / 10));
    }
  }

  return {
    async members() {
      const { session, path } = await group();
      return list(session, `${path}/members`);
    },
    async implied() {
      return impliedMembers(await site(), databaseUrl);
    },
    groupsOf: (groups) => groupsOfAccounts(databaseUrl, groups),
    async pending() {
      const { session, path } = await group();
      return list(session, `${path}/pending`);
    },
    async accept(uids) {
      // A row that is both member and pending makes the server roll back the whole batch.
      const wanted = new Set(uids);
      const { members } = await reconcile('accept', (state) => {
        const already = new Set(uidsOf(state.members));
        return uidsOf(state.pending).filter((uid) => wanted.has(uid) && !already.has(uid));
      });
      const inside = new Set(uidsOf(members));
      return {
        members: unique(uids).filter((u) => inside.has(u)),
        missing: unique(uids).filter((u) => !inside.has(u)),
      };
    },
    async reject(uids) {
      const wanted = new Set(uids);
      const asked = new Set<number>();
      const left = (state: State) => {
        const inside = new Set(uidsOf(state.members));
        return uidsOf(state.pending).filter((uid) => wanted.has(uid) && !inside.has(uid));
      };
      const remaining = left(
        await reconcile('reject', (state) => {
          const due = left(state);
          for (const uid of due) asked.add(uid);
          return due;
        }),
      );
      return { rejected: [...asked].filter((uid) => !remaining.includes(uid)), remaining };
    },
    async remove(uids) {
      const wanted = new Set(uids);
      const left = (state: State) =>
        unique(uidsOf([...state.members, ...state.pending])).filter((uid) => wanted.has(uid));
      const remaining = new Set(left(await reconcile('reject', left)));
      return {
        removed: unique(uids).filter((uid) => !remaining.has(uid)),
        remaining: unique(uids).filter((uid) => remaining.has(uid)),
      };
    },
  };
}

/**
 * The identifiers of the groups that an account owns, for a site that is not written yet.
 * @throws ApplicationFailure `Unreachable`, or `ConfigInvalid` if the account or the password is refused
 */
export async function ownedGroups(
  account: Pick<Site['idServer'], 'url' | 'username'>,
  password: string,
): Promise<readonly string[]> {
  const session = createSession({ account, password, timeoutMs: 30_000 });
  const groups = read(z.array(Group), await session.get('/api/group'), `${account.url}/api/group`);
  return groups.flatMap(({ identifier, isOwner }) => (isOwner && identifier !== null ? [identifier] : []));
}

/** Sends the batches of one round. Stops at the first lost reply, after which the lists must be read again. */
async function send(session: Session, path: string, uids: readonly number[], size: number) {
  let rolledBack = false;
  for (let at = 0; at < uids.length; at += size) {
    const { status, text } = await session.post(path, uids.slice(at, at + size));
    if (status === null) return { lost: text, rolledBack };
    rolledBack ||= status >= 500;
    beat({ call: path, sent: Math.min(at + size, uids.length), of: uids.length });
  }
  return { lost: null, rolledBack };
}

const uidsOf = (rows: readonly Member[]) => rows.map((row) => row.uid);
const unique = (uids: readonly number[]) => [...new Set(uids)];

function read<T>(schema: z.ZodType<T>, text: string, place: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw tryAgain('CommandFailed', `${place} returned an answer that does not match the API`, error);
  }
}
