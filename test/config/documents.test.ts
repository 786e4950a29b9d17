import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { loadSite } from '../../config/load.ts';
import { fileOf, SITE_EXAMPLE, siteIssues } from './files.ts';

/** What stands in front of the example, and the one thing that is said. */
const YAML: readonly (readonly [text: string, said: string])[] = [
  ['a: &a [*a]\n', ':1:8  found an anchor that contains itself, expected plain values'],
  ['a: &a { b: { c: *a } }\n', 'found an anchor that contains itself'],
  ['a: *nowhere\n', ':1:4  found an alias of an anchor that does not exist, expected an earlier &anchor'],
  ['x: &x { p: 1 }\ny:\n  <<: *x\n', ':3:3  found a merge key (<<), expected plain keys; write the merged keys out'],
  ['a: 1\n---\nb: 2\n', ':2:1  found a second document'],
  ['a: 1\n...\nb: 2\n', 'found a second document'],
  ['%YAML 1.1\n---\na: yes\n', 'found the directive %YAML 1.1, expected YAML 1.2; delete that line'],
  ['a: !!binary aGVsbG8=\n', 'found a tag (!), expected plain values'],
  ['a: !js/function "x"\n', 'found a tag (!), expected plain values'],
  ['? [a, b]\n: 1\n', ':1:3  found a key that is no word'],
  [`a: ${'['.repeat(5000)}${']'.repeat(5000)}\n`, 'found values nested too deeply, expected at most 30 levels'],
  [`a: ${'['.repeat(200)}${']'.repeat(200)}\n`, 'found values nested too deeply, expected at most 30 levels'],
  ['a: "never closed\n', 'found invalid YAML (Missing closing "quote)'],
  ['a:\n\tb: 1\n', ':2:1  found invalid YAML (Tabs are not allowed as indentation)'],
];

test.each(YAML)('%j is refused in one sentence', async (text, said) => {
  const file = await fileOf('site.yaml', text);
  const error: unknown = await loadSite(file).catch((reason: unknown) => reason);
  expect(String(error)).toContain(said);
  expect(String(error).split('\n')).toHaveLength(1);
});

const example = await readFile(SITE_EXAMPLE, 'utf8');
const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(example, 'utf16le')]);
const cp949 = Buffer.concat([
  Buffer.from('name: bacchus\ntitle: '),
  Buffer.from([0xc7, 0xd0, 0xb9, 0xf8]),
  Buffer.from('\n'),
]);

/** Bytes of a file, and the one thing that is said. */
const BYTES: readonly (readonly [what: string, bytes: Buffer, said: string])[] = [
  ['UTF-16 with its mark', utf16, 'found text in UTF-16, expected a YAML file in UTF-8; save the file as UTF-8'],
  ['UTF-16 without its mark', utf16.subarray(2), 'found text in UTF-16'],
  [
    'Latin-1',
    Buffer.from('name: bacchus\nreason: M\u00fcller\n', 'latin1'),
    ':2:1  found a byte that is no UTF-8 (0xfc)',
  ],
  ['CP949', cp949, ':2:1  found a byte that is no UTF-8 (0xc7), as in files of Latin-1, Windows-1252 or CP949'],
  ['a zero byte', Buffer.from('name: bac\0chus\n'), ':1:1  found a zero byte: this is no text'],
  ['a huge file', Buffer.alloc(5_000_000, 'a: 1\n'), 'found a file of 5000000 bytes (at most 1048576)'],
];

test.each(BYTES)('%s is named', async (_, bytes, said) => {
  const file = await fileOf('site.yaml', '');
  await writeFile(file, bytes);
  await expect(loadSite(file)).rejects.toThrow(said);
});

test('a directory, a FIFO and a device are refused at once', async () => {
  const folder = dirname(await fileOf('site.yaml', ''));
  await mkdir(join(folder, 'directory'));
  await execa('sh', ['-c', 'mkfifo "$1"', 'sh', join(folder, 'fifo')]);
  const error = async (file: string) => String(await loadSite(file).catch((reason: unknown) => reason));
  expect(await error(join(folder, 'directory'))).toContain('found a directory, expected a YAML file in UTF-8');
  expect(await error(join(folder, 'fifo'))).toContain('found a special file (FIFO, socket or device)');
  expect(await error('/dev/zero')).toContain('found a special file');
  expect(await error(join(folder, 'site.yaml', 'x'))).toContain('found no readable file (ENOTDIR)');
});

test('a byte order mark and the line ends of Windows are accepted', async () => {
  expect(await siteIssues(`\u{feff}${example.replaceAll('\n', '\r\n')}`)).toEqual([]);
});

test('plain anchors are accepted', async () => {
  const text = example
    .replace('cpu: Xeon Silver 4210', 'cpu: &cpu Xeon Silver 4210')
    .replace('cpu: Xeon Silver 4210', 'cpu: *cpu');
  expect(await siteIssues(text)).toEqual([]);
});
