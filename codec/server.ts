import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PayloadCodec } from '@temporalio/common';
import { PayloadKeyMissing } from './cipher.ts';
import { isJsonPayload, payloadFromJson, payloadToJson } from './history.ts';

export interface CodecServerOptions {
  readonly codec: PayloadCodec;
  /** Any client that connects can decrypt everything: use loopback, unless a proxy authenticates clients. */
  readonly host: string;
  /** 0 selects a free port. */
  readonly port: number;
  /** Origins of the Temporal UI, `http://127.0.0.1:8080`; requests from other origins are refused. */
  readonly origins: readonly string[];
}

export interface CodecServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Twice the largest message of Temporal, in base64. */
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
    // Temporal's JSON omits empty fields, and a query without arguments has no payloads.
    const { payloads = [] } = JSON.parse(text) as { payloads?: unknown };
    return Array.isArray(payloads) && payloads.every(isJsonPayload) ? payloads : null;
  } catch {
    return null;
  }
}

/** Decodes one payload; returns it unchanged if its key is missing, so the other payloads of a page stay readable. */
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
  const respond = (status: number, text: string) => void response.writeHead(status, { connection: 'close' }).end(text);
  // The endpoint templates of the UI and of the command may put a namespace first.
  const action = /^(?:\/[^/]+)?\/(encode|decode)$/.exec(request.url?.split('?')[0] ?? '')?.[1];
  if (action === undefined) return respond(404, 'POST /decode or /encode');
  if (request.method !== 'POST') return respond(405, 'POST only');
  // Pages of other origins can send plain text without a preflight request, but not JSON.
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return respond(415, 'application/json only');
  const body = await bodyOf(request);
  if (body === null) return respond(413, `more than ${MAX_BYTES} bytes`);
  const payloads = payloadsOf(body)?.filter(isJsonPayload).map(payloadFromJson);
  if (payloads === undefined) return respond(400, 'expected {"payloads": [{"metadata": {…}, "data": "…"}]}');
  try {
    const done =
      action === 'encode'
        ? await codec.encode(payloads)
        : await Promise.all(payloads.map((payload) => decodeKnown(codec, payload)));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ payloads: done.map(payloadToJson) }));
  } catch (error) {
    respond(400, error instanceof Error ? error.message : String(error));
  }
}

/**
 * Serves `/decode` and `/encode` for the Temporal UI and the `temporal` command (`--codec-endpoint`), which then show
 * encrypted payloads decoded. The decoded text goes to the browser, never to Temporal.
 */
export async function serveCodec({ codec, host, port, origins }: CodecServerOptions): Promise<CodecServer> {
  const server = createServer((request, response) => {
    const { origin } = request.headers;
    if (origin !== undefined && !origins.includes(origin)) {
      return void response.writeHead(403).end(`${origin} is not an allowed origin; allow it by --origin`);
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
