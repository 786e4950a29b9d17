import { expect, test } from 'vitest';
import { mergeRanges, parseHostIds, problemsOf } from '../../domain/ranges.ts';

const host = (...lines: string[]) =>
  parseHostIds(lines.flatMap((line) => [`subuid ${line}`, `subgid ${line}`]).join('\n')).ranges;

test('the union has every user’s range from every host, in the order of the ranges', () => {
  const { ranges, problems } = mergeRanges({
    asahi: host('erin 165536 65536', 'dave 100000 65536'),
    bernini: host('dave 100000 65536', 'kim 231072 65536'),
  });
  expect(problems).toEqual([]);
  expect(ranges.subuid).toBe('dave:100000:65536\nerin:165536:65536\nkim:231072:65536\n');
  expect(ranges.subgid).toBe(ranges.subuid);
});

test('another range on another host, or a second one on the same, is named with its hosts', () => {
  const { problems } = mergeRanges({
    asahi: host('dave 100000 65536'),
    bernini: host('dave 100000 65536'),
    cojito: host('dave 300000 65536'),
  });
  expect(problems).toEqual([
    'dave has more than one range in /etc/subuid: 100000:65536 on asahi, bernini; 300000:65536 on cojito',
    'dave has more than one range in /etc/subgid: 100000:65536 on asahi, bernini; 300000:65536 on cojito',
  ]);
  const twice = mergeRanges({ asahi: host('dave 100000 65536', 'dave 300000 65536') });
  expect(twice.problems[0]).toContain('100000:65536 on asahi; 300000:65536 on asahi');
});

test('two users who share ids are named, also if a third range lies between their starts', () => {
  const next = mergeRanges({ asahi: host('dave 100000 65536'), bernini: host('erin 100000 65536') });
  expect(next.problems[0]).toBe(
    'dave (100000:65536 on asahi) and erin (100000:65536 on bernini) share ids in /etc/subuid',
  );
  const wide = mergeRanges({ asahi: host('dave 100000 300000', 'erin 150000 10', 'kim 200000 10') });
  expect(wide.problems.filter((one) => one.includes('subuid'))).toHaveLength(2);
  expect(mergeRanges({ asahi: host('dave 100000 65536', 'erin 165536 65536') }).problems).toEqual([]);
});

test('an invalid line of ranges is skipped', () => {
  expect(parseHostIds('noise\nsubuid dave 1\n\nsubgid dave 1 2').ranges).toEqual([
    { file: 'subgid', owner: 'dave', start: 1, count: 2 },
  ]);
});

test('a range that holds the id of a real account is named, and so is an invalid line', () => {
  const ids = parseHostIds('subuid mallory 558752 65536\nrejected subgid 3\nid 558800\nid 100600\nid 0');
  expect(problemsOf('asahi', ids)).toEqual([
    'asahi: line 3 of /etc/subgid is invalid: write it there as NAME:START:COUNT in decimal',
    expect.stringMatching(
      /^asahi: the range 558752:65536 of mallory in \/etc\/subuid contains ids of real accounts or groups \(558800\)/,
    ),
  ]);
});
