import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawText } from '../../../../activities/hosts/remote/scripts.ts';

/** Tests the only parser of /etc/subuid (`valid_ranges` of common.sh) against plain files. */
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'subuid-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function parse(text: string, command = 'valid_ranges'): Promise<readonly string[]> {
  const file = path.join(dir, 'subuid');
  await writeFile(file, text);
  const script = `${await rawText('common')}\n${command} "$1"`;
  const { stdout } = await execa('bash', ['-c', script, 'test', file]);
  return stdout === '' ? [] : stdout.split('\n');
}

test.each([
  ['a name', 'erin:100000:65536\n', ['erin 100000 65536']],
  ['a uid', '1001:100000:65536\n', ['1001 100000 65536']],
  ['no newline at the end', 'dave:1:2\nerin:100000:65536', ['dave 1 2', 'erin 100000 65536']],
  ['two lines of one account', 'erin:100000:10\nerin:200000:10\n', ['erin 100000 10', 'erin 200000 10']],
  ['the last id', 'erin:4294901760:65536\n', ['erin 4294901760 65536']],
  ['comments and empty lines', '# dave:1:2\n\n  # two\nerin:100000:65536\n', ['erin 100000 65536']],
  ['lines that overlap', 'dave:100000:65536\nerin:100000:65536\n', ['dave 100000 65536', 'erin 100000 65536']],
  ['nothing', '', []],
])('accepts %s', async (_, text, expected) => {
  expect(await parse(text)).toEqual(expected);
  expect(await parse(text, 'rejected_ranges')).toEqual([]);
});

test.each([
  ['a blank at the end', 'erin:100000:65536 \n'],
  ['a blank before a number', 'erin: 100000:65536\n'],
  ['a blank before the name', ' erin:100000:65536\n'],
  ['the line end of DOS', 'erin:100000:65536\r\n'],
  ['an octal number', 'erin:0100000:65536\n'],
  ['a sign', 'erin:+100000:65536\n'],
  ['a fourth field', 'erin:100000:65536:\n'],
  ['two fields', 'erin:100000\n'],
  ['a hexadecimal number', 'erin:0x10:65536\n'],
  ['an id above 2^32', 'erin:4294967290:65536\n'],
  ['no ids', 'erin:100000:0\n'],
  ['no owner', ':100000:65536\n'],
])('rejects %s, and names its line', async (_, line) => {
  expect(await parse(`dave:1:2\n${line}`)).toEqual(['dave 1 2']);
  expect(await parse(`# comment\n\n${line}`, 'rejected_ranges')).toEqual(['3']);
});

test('accepts a missing file', async () => {
  const script = `${await rawText('common')}\nvalid_ranges "$1"; rejected_ranges "$1"`;
  expect((await execa('bash', ['-c', script, 'test', path.join(dir, 'missing')])).stdout).toBe('');
});

test('each line is a range, a comment, empty, or rejected by its number', async () => {
  const word = fc.stringMatching(/^[a-z0-9 #.-]{0,6}$/);
  const line = fc.oneof(
    fc.tuple(word, word, word).map((fields) => fields.join(':')),
    fc.tuple(fc.constantFrom('erin', '1001'), fc.nat(5_000_000_000), fc.nat(70_000)).map((fields) => fields.join(':')),
    word,
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 5 }), fc.constantFrom('', '\n'), async (lines, end) => {
      const isRange = (text: string) => {
        const [, start, count] = /^[^:\s#]+:(0|[1-9]\d{0,9}):([1-9]\d{0,9})$/.exec(text) ?? [];
        return start !== undefined && Number(start) + Number(count) <= 2 ** 32;
      };
      const expected = lines.filter(isRange).map((text) => {
        const [owner, start, count] = text.split(':');
        return `${owner} ${Number(start)} ${Number(count)}`;
      });
      expect(await parse(lines.join('\n') + end)).toEqual(expected);
      const rejected = lines.flatMap((text, at) => (/^\s*(#|$)/.test(text) || isRange(text) ? [] : [String(at + 1)]));
      expect(await parse(lines.join('\n') + end, 'rejected_ranges')).toEqual(rejected);
    }),
    { numRuns: 60 },
  );
}, 60_000);
