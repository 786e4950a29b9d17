import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PayloadCodec } from '@temporalio/common';
import { PayloadKeyMissing } from './cipher.ts';
import { isJsonPayload, payloadFromJson, payloadToJson } from './history.ts';

export interface CodecServerOptions {
  readonly codec: PayloadCodec;
  /** Whoever reaches it reads everything: loopback, unless something in front of it decides who may. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Origins of the Temporal UI, `http://127.0.0.1:8080`; pages of others are refused. */
  readonly origins: readonly string[];
}

export interface CodecServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Twice what Temporal sends at once, in base64. */
const MAX_BYTES = 16 * 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function payloadsOf(text: string): unknown[] | null {
  try {
    // A query without arguments has none, and Temporal's JSON leaves out what is empty.
    const { payloads = [] } = JSON.parse(text) as { payloads?: unknown };
    return Array.isArray(payloads) && payloads.every(isJsonPayload) ? payloads : null;
  } catch {
    return null;
  }
}

/** One at a time: a page of history may hold payloads of a key that is gone, and the others are to be read all the same. */
async function decodeKnown(codec: PayloadCodec, payload: Parameters<typeof payloadToJson>[0]) {
  try {
    const [decoded] = await codec.decode([payload]);
    return decoded ?? payload;
  } catch (error) {
    if (error instanceof PayloadKeyMissing) return payload;
    throw error;
  }
}

async function answer(codec: PayloadCodec, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const say = (status: number, text: string) => void response.writeHead(status, { connection: 'close' }).end(text);
  // With a namespace before it, as the UI's and the command's templates may have it.
  const action = /^(?:\/[^/]+)?\/(encode|decode)$/.exec(request.url?.split('?')[0] ?? '')?.[1];
  if (action === undefined) return say(404, 'POST /decode or /encode');
  if (request.method !== 'POST') return say(405, 'POST only');
  // A page elsewhere can send plain text without asking first; JSON it cannot.
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return say(415, 'application/json only');
  const body = await bodyOf(request);
  if (body === null) return say(413, `more than ${MAX_BYTES} bytes`);
  const payloads = payloadsOf(body)?.filter(isJsonPayload).map(payloadFromJson);
  if (payloads === undefined) return say(400, 'expected {"payloads": [{"metadata": {…}, "data": "…"}]}');
  try {
    const done =
      action === 'encode'
        ? await codec.encode(payloads)
        : await Promise.all(payloads.map((payload) => decodeKnown(codec, payload)));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ payloads: done.map(payloadToJson) }));
  } catch (error) {
    say(400, error instanceof Error ? error.message : String(error));
  }
}

/**
 * Serves `/decode` and `/encode` as the Temporal UI and the `temporal` command ask for them (`--codec-endpoint`), so that
 * people read what is stored encrypted. The decoded text goes to their browser, never to Temporal.
 */
export async function serveCodec({ codec, host, port, origins }: CodecServerOptions): Promise<CodecServer> {
  const server = createServer((request, response) => {
    const { origin } = request.headers;
    if (origin !== undefined && !origins.includes(origin)) {
      return void response.writeHead(403).end(`${origin} is not the Temporal UI that this serves`);
    }
    if (origin !== undefined) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-allow-methods', 'POST, OPTIONS');
      response.setHeader('access-control-allow-headers', 'content-type, x-namespace, authorization');
      response.setHeader('vary', 'origin');
    }
    if (request.method === 'GET' && request.url === '/health') return void response.end('answers');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    void answer(codec, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const taken = server.address() as AddressInfo;
  return {
    url: `http://${host}:${taken.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
