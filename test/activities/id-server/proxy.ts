import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** The fault of the `n`th POST of `verdict` (from 1); the proxy forwards the call in between. */
export interface Meddling {
  before?(n: number): Promise<void>;
  /** Return true to drop the reply: the connection ends without one. */
  after?(n: number, reply: ServerResponse): Promise<boolean>;
}

/** A proxy between client and ID server that forwards everything, and injects faults into accepts and rejects. */
export async function startProxy(target: string, meddling: Meddling) {
  let posts = 0;
  const batches: number[] = [];
  const statuses: number[] = [];
  const server = createServer((request, reply) => {
    void (async () => {
      const body = await buffer(request);
      const counted = /\/(accept|reject)$/.test(request.url ?? '');
      const n = counted ? (posts += 1) : 0;
      if (counted) {
        batches.push((JSON.parse(body.toString()) as unknown[]).length);
        await meddling.before?.(n);
      }
      const { cookie, 'content-type': type } = request.headers;
      const answer = await fetch(`${target}${request.url}`, {
        method: request.method ?? 'GET',
        headers: { ...(cookie && { cookie }), ...(type && { 'content-type': type }) },
        ...(body.length > 0 && { body }),
      });
      if (counted) statuses.push(answer.status);
      if (counted && (await meddling.after?.(n, reply))) return reply.destroy();
      reply.writeHead(answer.status, { 'set-cookie': answer.headers.getSetCookie() });
      return reply.end(await answer.text());
    })().catch(() => reply.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the proxy has no port');
  return {
    url: `http://127.0.0.1:${bound.port}`,
    /** The number of uids in each accept or reject, and the server's own reply. */
    batches,
    statuses,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
