import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { EXIT } from '../../client/exit.ts';
import { run } from '../../client/main.ts';
import { newKey, parseKeys } from '../../codec/keys.ts';
import { beforeTheExample, changedExample, fileOf, SEMESTER_EXAMPLE, SITE_EXAMPLE } from '../config/files.ts';
import { recorder, resultOf } from './io.ts';

afterEach(() => vi.unstubAllEnvs());

async function said(...args: string[]) {
  const io = recorder();
  const code = await run(args, io);
  return { code, out: io.lines.join('\n'), notes: io.notes.join('\n') };
}

test('keys new prints a key and nothing else', async () => {
  const { code, out, notes } = await said('keys', 'new');
  expect([code, notes, parseKeys(out).byId.size]).toEqual([EXIT.ok, '', 1]);
  const json = await said('keys', 'new', '--id', 'spare', '--json');
  const { id, key } = resultOf(json.out) as { id: string; key: string };
  expect([id, parseKeys(key).first]).toEqual(['spare', 'spare']);
});

test('a problem with the key ends with 2', async () => {
  expect(await said('keys', 'new', '--id', 'my key')).toMatchObject({ code: EXIT.usage });
  expect(await said('keys', 'new', '--nonsense')).toMatchObject({ code: EXIT.usage });
  expect(await said('keys', 'nonsense')).toMatchObject({ code: EXIT.usage });
});

test('codec serves nothing without a readable key', async () => {
  vi.stubEnv('SEMESTER_PAYLOAD_KEYS', '');
  expect(await said('codec')).toMatchObject({
    code: EXIT.usage,
    notes: expect.stringContaining('SEMESTER_PAYLOAD_KEYS'),
  });
  const key = newKey(new Date()).slice(0, -4);
  vi.stubEnv('SEMESTER_PAYLOAD_KEYS', key);
  const { code, notes } = await said('codec');
  expect([code, notes]).toEqual([EXIT.usage, expect.stringContaining('not 32 bytes')]);
  expect(notes).not.toContain(key.split(':')[1]?.slice(0, 8));
});

test('codec at a port in use names the flag that changes it', async () => {
  vi.stubEnv('SEMESTER_PAYLOAD_KEYS', newKey(new Date()));
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  expect(await said('codec', '--port', String(port))).toMatchObject({
    code: EXIT.usage,
    notes: expect.stringContaining(`Port ${port} of 127.0.0.1 is in use. Choose another one: --port PORT`),
  });
  other.close();
});

test('start sends no plain payload: it demands a key unless the site switches encryption off', async () => {
  beforeTheExample();
  vi.stubEnv('SEMESTER_PAYLOAD_KEYS', '');
  const start = (site: string) => said('start', '--site', site, '--semester', SEMESTER_EXAMPLE, '--by', 'kim');
  const refused = await start(SITE_EXAMPLE);
  expect(refused).toMatchObject({ code: EXIT.usage, notes: expect.stringContaining('semester keys new') });
  const open = await fileOf(
    'site.yaml',
    await changedExample(SITE_EXAMPLE, ['encryption: required', 'encryption: off']),
  );
  // As far as the connection, which this terminal does not have.
  expect(await start(open)).toMatchObject({ code: EXIT.failed, notes: 'this command was not to reach Temporal' });
});
