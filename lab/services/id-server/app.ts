import { STATUS_CODES } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import { decide, groupExists, isOwner, listGroups, listPeople, reaches } from './groups.ts';
import { verifyPassword } from './passwords.ts';
import { GPU_GROUP } from './seed.ts';
import { createSessions } from './sessions.ts';

const Credentials = z.object({ username: z.string(), password: z.string() });
const Uids = z.array(z.number()).min(1);

/** Every response except the JSON of a successful GET is text/plain with the reason phrase. */
const say = (reply: FastifyReply, status: number) =>
  reply
    .code(status)
    .type('text/plain; charset=utf-8')
    .send(status === 204 ? undefined : STATUS_CODES[status]);

/** The ID server's API on the tables of `schema.sql`. `clock` determines when sessions expire. */
export function createApp(pool: pg.Pool, clock: () => Date): FastifyInstance {
  // The real server closes an idle connection after 5 s.
  const app = Fastify({ bodyLimit: 1024 * 1024, keepAliveTimeout: 5000 });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    reply.header('vary', 'Origin').header('cache-control', 'no-store');
    done();
  });
  const sessions = createSessions(clock);
  // A body of another type counts as missing: 400, not 415.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null, undefined));
  app.setNotFoundHandler((_request, reply) => say(reply, 404));
  app.setErrorHandler<{ statusCode?: number }>(({ statusCode = 500 }, _request, reply) => say(reply, statusCode));

  /** The row number of the account, or the status of the refusal. */
  const authenticate = async (given: unknown): Promise<{ readonly user: number } | { readonly status: number }> => {
    const body = Credentials.safeParse(given);
    if (!body.success) return { status: 400 };
    const { rows } = await pool.query<{ idx: number; password_digest: string | null }>(
      'select idx, password_digest from users where username = $1 and activated',
      [body.data.username],
    );
    const found = rows[0];
    if (!found) return { status: 401 };
    // An account that was made without a password.
    if (found.password_digest === null) return { status: 500 };
    return verifyPassword(body.data.password, found.password_digest) ? { user: found.idx } : { status: 401 };
  };

  app.post('/api/login', async (request, reply) => {
    const found = await authenticate(request.body);
    if ('status' in found) return say(reply, found.status);
    reply.header('set-cookie', sessions.begin(found.user));
    return say(reply, 200);
  });

  // What a GPU server asks when somebody signs in with a password.
  app.post('/api/login/pam', async (request, reply) => {
    const found = await authenticate(request.body);
    if ('status' in found) return say(reply, found.status);
    return say(reply, (await reaches(pool, GPU_GROUP, found.user)) ? 200 : 401);
  });

  app.post('/api/logout', (request, reply) => {
    sessions.end(request.headers.cookie);
    return say(reply, 204);
  });

  app.get('/api/check-login', async (request, reply) => {
    const user = sessions.find(request.headers.cookie);
    if (user === null) return say(reply, 401);
    return (await pool.query('select username, name from users where idx = $1', [user])).rows[0];
  });

  // The page on which people ask to join.
  app.get('/group', (_, reply) => reply.type('text/html').send('<title>GPU</title>'));

  app.get('/api/group', (request, reply) => {
    const user = sessions.find(request.headers.cookie);
    return user === null ? say(reply, 401) : listGroups(pool, user);
  });

  type GroupRequest = FastifyRequest<{ Params: { gid: string } }>;
  for (const [path, list] of [
    ['members', 'user_memberships'],
    ['pending', 'pending_user_memberships'],
  ] as const)
    app.get(`/api/group/:gid/${path}`, async (request: GroupRequest, reply) => {
      const user = sessions.find(request.headers.cookie);
      if (user === null) return say(reply, 401);
      if (!(await isOwner(pool, request.params.gid, user))) return say(reply, 403);
      return listPeople(pool, list, request.params.gid);
    });

  for (const verdict of ['accept', 'reject'] as const)
    app.post(`/api/group/:gid/${verdict}`, async (request: GroupRequest, reply) => {
      const { gid } = request.params;
      const user = sessions.find(request.headers.cookie);
      if (user === null) return say(reply, 401);
      if (!(await groupExists(pool, gid))) return say(reply, 500);
      if (!(await isOwner(pool, gid, user))) return say(reply, 403);
      const uids = Uids.safeParse(request.body);
      if (!uids.success) return say(reply, 400);
      return say(reply, (await decide(pool, verdict, gid, uids.data)) ? 200 : 400);
    });

  return app;
}
