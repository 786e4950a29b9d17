import { expect, test } from 'vitest';
import { checkScript, inEveryRun } from '../../../lab/setup/shell-lint.ts';

const library = { file: 'common.sh', text: 'set -u\nshared=1\nhelp() {\n  rm -rf $1\n}\n' };

test("a finding has its file and line, and the library's definitions are known", async () => {
  const own = { file: 'own.sh', text: '# Needs nothing.\nhelp "$shared"\necho $1\n' };
  expect(await checkScript([library, own])).toEqual([
    expect.objectContaining({ file: 'common.sh', line: 4, code: 'SC2086' }),
    expect.objectContaining({ file: 'own.sh', line: 3, code: 'SC2086' }),
  ]);
});

test('a finding belongs to a library only if every script that uses it has the finding', () => {
  const one = [library, { file: 'one.sh', text: '' }];
  const two = [library, { file: 'two.sh', text: '' }];
  const unused = { file: 'common.sh', line: 2, code: 'SC2034', message: 'shared appears unused.' };
  expect(inEveryRun([unused], [one, two])).toEqual([]);
  expect(inEveryRun([unused, unused], [one, two])).toEqual(['common.sh:2 SC2034 shared appears unused.']);
  const mine = { ...unused, file: 'one.sh' };
  expect(inEveryRun([mine], [one, two])).toEqual(['one.sh:2 SC2034 shared appears unused.']);
});
