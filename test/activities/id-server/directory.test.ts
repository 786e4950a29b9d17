import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDirectory } from '../../../activities/id-server/directory.ts';
import { siteWith } from './fixtures.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'addresses-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function lookup(text: string, users: readonly string[]) {
  const file = join(dir, 'addresses.csv');
  await writeFile(file, text);
  const site = async () => siteWith({}, { addresses: { source: 'csv', file } });
  return createDirectory({ site, databaseUrl: undefined }).lookup(users);
}

it('reads a spreadsheet’s CSV: byte order mark, quotes, empty cells', async () => {
  const text =
    '\uFEFFusername,name,email,language\r\nerin,"이, 에린",erin@snu.ac.kr,ko\r\nfrank,Frank,,\r\nzoe,조,zoe@x.org,ko\r\n';
  expect([...(await lookup(text, ['erin', 'frank', 'nobody'])).values()]).toEqual([
    { user: 'erin', uid: null, name: '이, 에린', email: 'erin@snu.ac.kr', language: 'ko' },
    { user: 'frank', uid: null, name: 'Frank', email: null, language: 'en' },
  ]);
});

it.each([
  ['no address', 'erin,x,not-an-address,ko', /line 2.*\n?.*email/s],
  ['an unsupported language', 'erin,x,,fr', /line 2.*language/s],
  ['a person twice', 'erin,x,,ko\nerin,y,,ko', /line 3: erin is already in line 2/],
  ['a row that is too short', 'erin,x', /line/],
])('refuses %s', async (_, rows, message) => {
  await expect(lookup(`username,name,email,language\n${rows}\n`, ['erin'])).rejects.toMatchObject({
    type: 'ConfigInvalid',
    nonRetryable: true,
    message: expect.stringMatching(message),
  });
});

it('refuses a missing file', async () => {
  const site = async () => siteWith({}, { addresses: { source: 'csv', file: join(dir, 'none.csv') } });
  await expect(createDirectory({ site, databaseUrl: undefined }).lookup(['erin'])).rejects.toMatchObject({
    type: 'ConfigInvalid',
    message: expect.stringContaining('none.csv cannot be read'),
  });
});
