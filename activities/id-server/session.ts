import makeFetchCookie from 'fetch-cookie';
import type { ApplicationFailure } from '@temporalio/common';
import type { Site } from '../../domain/site.ts';
import { refuse, tryAgain } from '../failures.ts';
import { cancellation } from '../hosts/remote/activity-context.ts';

/** An answer of the ID server. `status` is null if the reply was lost; then the result is unknown. */
interface Answer {
  readonly status: number | null;
  readonly text: string;
}

/** Calls with a session that opens on demand, and again after the server has ended it. */
export interface Session {
  get(path: string): Promise<string>;
  /** Does not throw for a 400, a 500 or a lost reply: none of them shows what the server did with the body. */
  post(path: string, body: unknown): Promise<Answer>;
}

type Account = Pick<Site['idServer'], 'url' | 'username'>;

/** @throws ApplicationFailure `Unreachable` (retryable), `ConfigInvalid` if the account or password is refused */
export function createSession(a: { account: Account; password: string; timeoutMs: number }): Session {
  const { account, password, timeoutMs } = a;
  const place = `the ID server ${account.url}`;
  let signedIn: Promise<typeof fetch> | null = null;

  const options = (body: unknown): RequestInit => {
    const cancelled = cancellation();
    const deadline = AbortSignal.timeout(timeoutMs);
    return {
      // A redirect would send the password or the list of people to another server.
      redirect: 'error',
      signal: cancelled ? AbortSignal.any([cancelled, deadline]) : deadline,
      ...(body !== undefined && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    };
  };

  async function send(using: typeof fetch, path: string, body: unknown): Promise<Answer | Error> {
    try {
      const response = await using(new URL(path, account.url), options(body));
      return { status: response.status, text: await response.text() };
    } catch (error) {
      cancellation()?.throwIfAborted();
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async function login(): Promise<typeof fetch> {
    const using = makeFetchCookie(fetch) as typeof fetch;
    const answer = await send(using, '/api/login', { username: account.username, password });
    if (answer instanceof Error) throw unreachable(place, answer);
    if (answer.status === 200) return using;
    if (answer.status === 401) {
      const remedy = 'set SEMESTER_ID_PASSWORD, and idServer.username in site.yaml';
      throw refuse('ConfigInvalid', `${place} refuses the account ${account.username}: ${remedy}`);
    }
    throw tryAgain('Unreachable', `${place} answers ${answer.status} to the login of ${account.username}`);
  }

  async function call(path: string, body?: unknown): Promise<Answer | Error> {
    const session = (signedIn ??= login());
    // A failed login is dropped, so that the next call logs in again.
    session.catch(() => {
      if (signedIn === session) signedIn = null;
    });
    return send(await session, path, body);
  }

  /** A 401 means that the session ended and nothing was done. Calls once more with a new session. */
  async function signedInCall(path: string, body?: unknown): Promise<Answer | Error> {
    const used = signedIn;
    const answer = await call(path, body);
    if (answer instanceof Error || answer.status !== 401) return answer;
    if (signedIn === used || used === null) signedIn = null;
    return call(path, body);
  }

  return {
    async get(path) {
      const answer = await signedInCall(path);
      if (answer instanceof Error) throw unreachable(place, answer);
      if (answer.status === 200) return answer.text;
      if (answer.status === 403) {
        const remedy = `make ${account.username} an owner of the GPU group`;
        throw refuse('ConfigInvalid', `${place} forbids ${path} to ${account.username}: ${remedy}`);
      }
      throw tryAgain('Unreachable', `${place} answers ${answer.status} to GET ${path}`);
    },
    async post(path, body) {
      const answer = await signedInCall(path, body);
      return answer instanceof Error ? { status: null, text: causeOf(answer) } : answer;
    },
  };
}

/** The message of `fetch` is only "fetch failed"; its cause holds the reason. */
const causeOf = (error: Error) => (error.cause instanceof Error ? error.cause.message : error.message);

const unreachable = (place: string, error: Error): ApplicationFailure =>
  tryAgain('Unreachable', `${place} does not answer: ${causeOf(error)}`, error);
