import { afterEach, expect, test } from 'vitest';
import { serveHealth, type Check, type Health } from '../../worker/health.ts';

let health: Health | undefined;
afterEach(() => health?.close());

async function ask(checks: Record<string, Check>, path = '/health', isAlive = () => true) {
  health = await serveHealth({ port: 0, checks, isAlive });
  return fetch(`http://127.0.0.1:${health.port}${path}`);
}

test('answers 200 when every check passes', async () => {
  const response = await ask({ store: async () => 'answers', worker: async () => 'RUNNING' });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    ok: true,
    checks: { store: { ok: true, detail: 'answers' }, worker: { ok: true, detail: 'RUNNING' } },
    findings: [],
  });
});

test('answers 503 with the reason when one fails', async () => {
  const response = await ask({
    store: () => Promise.reject(new Error('connection refused')),
    worker: async () => 'RUNNING',
  });
  expect(response.status).toBe(503);
  const body = (await response.json()) as { checks: Record<string, unknown> };
  expect(body.checks['store']).toEqual({ ok: false, detail: 'connection refused' });
});

test('counts a hanging check as failed, and answers', async () => {
  const response = await ask({ store: () => new Promise(() => {}) });
  expect(response.status).toBe(503);
  expect(await response.text()).toContain('no answer within 5 s');
});

test('serves nothing else', async () => {
  expect((await ask({}, '/')).status).toBe(404);
});

test('a worker that only waits for another service is alive: a restart would not help', async () => {
  const failing = { temporal: () => Promise.reject(new Error('does not answer')) };
  expect((await ask(failing, '/alive')).status).toBe(200);
  await health?.close();
  expect((await ask({}, '/alive', () => false)).status).toBe(503);
});
