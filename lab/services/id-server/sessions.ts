import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const LIFETIME_MS = 14 * 24 * 3_600_000;

export interface Sessions {
  /** The `Set-Cookie` lines of a new session. */
  begin(user: number): string[];
  /** Row number of the account whose session the `Cookie` line holds, or null. */
  find(cookie: string | undefined): number | null;
  end(cookie: string | undefined): void;
}

const parse = (cookie = '') =>
  new Map(
    cookie.split(';').map((part): [string, string] => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    }),
  );

/** Sessions in memory: a restart ends them all. They last 14 days from login; requests do not extend them. */
export function createSessions(clock: () => Date): Sessions {
  const key = randomBytes(32);
  const sessions = new Map<string, { readonly user: number; readonly until: number }>();
  const sign = (id: string) => createHmac('sha1', key).update(`_session=${id}`).digest('base64url');
  const idOf = (cookie: string | undefined) => {
    const parts = parse(cookie);
    const id = parts.get('_session') ?? '';
    const given = Buffer.from(parts.get('_session.sig') ?? '');
    const right = Buffer.from(sign(id));
    return given.length === right.length && timingSafeEqual(given, right) ? id : null;
  };
  return {
    begin(user) {
      const id = randomBytes(18).toString('base64url');
      sessions.set(id, { user, until: clock().getTime() + LIFETIME_MS });
      return [
        `_session=${id}; path=/; samesite=lax; httponly`,
        `_session.sig=${sign(id)}; path=/; samesite=lax; httponly`,
      ];
    },
    find(cookie) {
      const session = sessions.get(idOf(cookie) ?? '');
      return session && session.until > clock().getTime() ? session.user : null;
    },
    end(cookie) {
      sessions.delete(idOf(cookie) ?? '');
    },
  };
}
