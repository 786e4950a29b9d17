import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCodec } from '../../codec/data-converter.ts';
import { payloadFromJson, payloadToJson } from '../../codec/history.ts';
import { newKey, parseKeys } from '../../codec/keys.ts';
import { serveCodec, type CodecServer } from '../../codec/server.ts';

const UI = 'http://127.0.0.1:8080';
const codec = createCodec(parseKeys(newKey(new Date())));
const plain = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
let server: CodecServer;

beforeAll(async () => {
  server = await serveCodec({ codec, host: '127.0.0.1', port: 0, origins: [UI] });
});
afterAll(() => server.close());

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function valuesOf(response: Response): Promise<unknown[]> {
  const { payloads } = (await response.json()) as { payloads: Parameters<typeof payloadFromJson>[0][] };
  return payloads.map((payload) => defaultPayloadConverter.fromPayload(payloadFromJson(payload)));
}

test('decodes for the UI, with the namespace in the path or without', async () => {
  const [hidden] = await codec.encode([plain({ user: 'erin' })]);
  const body = { payloads: [hidden!, plain('open')].map(payloadToJson) };
  for (const path of ['/decode', '/default/decode', '/decode?x=1']) {
    const response = await post(path, body, { origin: UI, 'x-namespace': 'default' });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, UI]);
    expect(await valuesOf(response)).toEqual([{ user: 'erin' }, 'open']);
  }
});

test('encodes what the UI sends as a signal', async () => {
  const response = await post('/encode', { payloads: [payloadToJson(plain({ by: 'kim' }))] }, { origin: UI });
  const { payloads } = (await response.json()) as { payloads: Parameters<typeof payloadFromJson>[0][] };
  const encoded = payloads.map(payloadFromJson);
  expect(Buffer.from(encoded[0]!.metadata!['encoding']!).toString()).toBe('binary/encrypted');
  const [back] = await codec.decode(encoded);
  expect(defaultPayloadConverter.fromPayload(back!)).toEqual({ by: 'kim' });
});

test('encodes the arguments of a query that has none', async () => {
  const response = await post('/encode', {});
  expect([response.status, await response.json()]).toEqual([200, { payloads: [] }]);
});

test('a browser may ask from the UI, and from nowhere else', async () => {
  const ask = (origin: string) =>
    fetch(`${server.url}/decode`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-namespace' },
    });
  const allowed = await ask(UI);
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get('access-control-allow-origin')).toBe(UI);
  expect(allowed.headers.get('access-control-allow-headers')).toMatch(/content-type.*x-namespace/);
  for (const origin of ['http://evil.example', 'null', `${UI}.evil.example`]) {
    const refused = await ask(origin);
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    expect((await post('/decode', { payloads: [] }, { origin })).status).toBe(403);
  }
});

test('what is of a key that is gone stays as it is; the rest is read', async () => {
  const [lost] = await createCodec(parseKeys(newKey(new Date()))).encode([plain(1)]);
  const [known] = await codec.encode([plain(2)]);
  const response = await post('/decode', { payloads: [lost!, known!].map(payloadToJson) });
  const { payloads } = (await response.json()) as { payloads: unknown[] };
  expect(payloads).toEqual([payloadToJson(lost!), payloadToJson(plain(2))]);
});

test('says what is wrong with what it is sent', async () => {
  const [hidden] = await codec.encode([plain(1)]);
  const changed = { ...payloadToJson(hidden!), data: Buffer.alloc(40).toString('base64') };
  const answers = await Promise.all([
    post('/decode', { payloads: [changed] }),
    post('/decode', '{"payloads": [1]}'),
    post('/decode', 'no json'),
    post('/decode', { payloads: [] }, { 'content-type': 'text/plain' }),
    post('/other', { payloads: [] }),
    fetch(`${server.url}/decode`),
    fetch(`${server.url}/health`),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 415, 404, 405, 200]);
  expect(await answers[0].text()).toContain('Decryption fails');
});
