import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Finding } from '../watch/finding.ts';

/** Resolves with a detail for the report; rejects with the reason if the check fails. */
export type Check = () => Promise<string>;

export interface Health {
  readonly port: number;
  close(): Promise<void>;
}

/** A check that takes longer has failed: `/health` must always respond. */
const DEADLINE_MS = 5000;

async function outcome(check: Check): Promise<{ ok: boolean; detail: string }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE_MS / 1000} s`)), DEADLINE_MS);
  });
  try {
    return { ok: true, detail: await Promise.race([check(), late]) };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

export interface HealthOptions {
  /** 0 selects a free port. */
  readonly port: number;
  /** Default: loopback. */
  readonly host?: string;
  readonly checks: Readonly<Record<string, Check>>;
  /** Whether this process works; what another service lacks does not count. Default: always. */
  readonly isAlive?: () => boolean;
  /** What the checks of `watch/` found last. */
  readonly findings?: () => readonly Finding[];
}

/**
 * Serves `GET /health`: 200 when every check passes, else 503, with `{ok, checks: {name: {ok, detail}}, findings}`. Serves
 * `GET /alive`: 503 means that a restart helps.
 */
export async function serveHealth(options: HealthOptions): Promise<Health> {
  const { port, host = '127.0.0.1', checks, isAlive = () => true, findings = () => [] } = options;
  const server: Server = createServer((request, response) => {
    const answer = async () => {
      if (request.url === '/alive') return response.writeHead(isAlive() ? 200 : 503).end();
      if (request.url !== '/health') return response.writeHead(404).end();
      const results = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => [name, await outcome(check)] as const),
      );
      const ok = results.every(([, result]) => result.ok);
      response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ ok, checks: Object.fromEntries(results), findings: findings() }));
    };
    void answer();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
