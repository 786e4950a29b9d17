import { expect, test } from 'vitest';
import { table } from '../../client/table.ts';

const HEAD = ['host', 'found', 'remedy'];
const WORDS = 'the disk of this host is full, and nothing can be written there any more';
const LONG = 'SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQ';
/** Characters that a terminal shows for a line: Korean ones take two. */
const widthOf = (line: string) => line.length + (line.match(/[가-힣]/g)?.length ?? 0);
const lettersOf = (text: string) => (text.match(/[\p{L}\d:]/gu) ?? []).toSorted();

test.each([
  ['words', [['asahi', WORDS, WORDS]]],
  ['one long word', [['asahi', LONG, WORDS]]],
  ['Korean', [['아사히', '디스크가 가득 차서 아무것도 기록하지 못합니다. 자리를 비운 뒤 다시 시도해 주세요', '']]],
])('a table of %s fits the terminal and loses nothing', (_, rows) => {
  const shown = table(60, HEAD, rows);
  expect(Math.max(...shown.split('\n').map(widthOf))).toBeLessThanOrEqual(60);
  // Lines of one cell stand below each other: the letters are all there.
  expect(lettersOf(shown)).toEqual(lettersOf([...HEAD, ...rows.flat()].join('')));
});

test('without a terminal each row stays on one line', () => {
  expect(table(null, HEAD, [['asahi', WORDS, WORDS]]).split('\n')).toHaveLength(5);
});
