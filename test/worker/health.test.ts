import { afterEach, expect, test } from 'vitest';
import { serveHealth, type Check, type Health } from '../../worker/health.ts';

let health: Health | undefined;
afterEach(() => health?.close());

async function ask(checks: Record<string, Check>, path = '/health') {
  health = await serveHealth(0, checks);
  return fetch(`http://127.0.0.1:${health.port}${path}`);
}

test('answers 200 when every check passes', async () => {
  const response = await ask({ store: async () => 'answers', worker: async () => 'RUNNING' });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    ok: true,
    checks: { store: { ok: true, detail: 'answers' }, worker: { ok: true, detail: 'RUNNING' } },
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
