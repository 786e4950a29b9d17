import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { liquid } from '../../texts/liquid.ts';
import { readMessages } from '../../texts/messages.ts';

let dir: string;
let own: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'messages-'));
  own = join(dir, 'templates');
  await mkdir(join(own, 'messages'), { recursive: true });
});
afterAll(async () => await rm(dir, { recursive: true }));

const write = async (yaml: string) => await writeFile(join(own, 'messages', 'en.yaml'), yaml);
const headline = async () =>
  (await readMessages({ templates: own }, 'en'))('prune.headline', { count: 1, storage: 'oloroso' });
const shipped = 'Delete 1 backup on oloroso older than two quarters';

test('a site without a catalogue uses the built-in one', async () => {
  expect(await headline()).toBe(shipped);
});

test('a site changes one key, edits it again, and all others stay', async () => {
  await write("prune:\n  headline: >-\n    Bin {{ count | plural: 'copy', 'copies' }}\n");
  const say = await readMessages({ templates: own }, 'en');
  expect(say('prune.headline', { count: 1, storage: 's' })).toBe('Bin 1 copy');
  expect(say('rollback.nobody')).toContain('None of the named hosts');
  await write('prune:\n  headline: Bin {{ count }} of {{ storage }}\n');
  expect(await headline()).toBe('Bin 1 of oloroso');
  await write('');
  expect(await headline()).toBe(shipped);
});

test.each([
  [
    'an undefined variable',
    'prune:\n  headline: >-\n    Bin\n    {{ cuont }}\n',
    3,
    'prune.headline: undefined variable: cuont',
  ],
  [
    'a filter that does not exist',
    '# mine\nprune:\n  headline: "{{ count | plurral }}"\n',
    3,
    'prune.headline: undefined filter: plurral',
  ],
  [
    'a tag that is not closed',
    'prune:\n  headline: "{% if count %}Bin"\n',
    2,
    'prune.headline: tag {% if count %} not closed',
  ],
  [
    'a plural of a word',
    'prune:\n  headline: "{{ storage | plural: \'a\' }}"\n',
    2,
    'prune.headline: plural needs a number',
  ],
  ['a key that does not exist', 'prune:\n  headlin: Bin\n', 2, 'prune.headlin: there is no such message'],
  ['a list in place of a text', 'prune:\n  headline: [Bin]\n', 2, 'prune.headline: must be a text'],
  ['an empty text', 'prune:\n  headline:\n', 2, 'prune.headline: must be a text'],
  ['broken YAML', 'prune:\n  headline: "Bin\n', 3, 'Missing closing "quote'],
  ['a document that is not a map', '- Bin\n', 1, 'must hold keys with texts'],
])('%s fails with file, line and key', async (_what, yaml, line, reason) => {
  await write(yaml);
  await expect(headline()).rejects.toMatchObject({
    type: 'ConfigInvalid',
    nonRetryable: true,
    message: expect.stringContaining(`templates/messages/en.yaml:${line}: ${reason}`),
  });
});

test('names lists at most the requested number', () => {
  const text = (list: readonly string[]) => liquid.parseAndRenderSync('{{ list | names: 2 }}', { list });
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(text)).toEqual(['', 'a', 'a, b', 'a, b, …']);
});
