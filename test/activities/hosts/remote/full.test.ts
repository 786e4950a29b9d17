import { expect, test } from 'vitest';
import { ifFull } from '../../../../activities/hosts/remote/full.ts';

test.each([
  ['mv: cannot move: No space left on device', 'The file system of /csehome on oloroso is full: make room'],
  ['ERROR: cannot snapshot: Disk quota exceeded', 'A quota of /csehome on oloroso is used up: raise it'],
])('an answer about space (%s) is followed by what is full, and what to do', (answer, remedy) => {
  expect(ifFull(answer, '/csehome on oloroso')).toMatch(new RegExp(`^\\. ${remedy}.*, then retry$`));
});

test('another answer is followed by nothing', () => {
  expect(ifFull('rm: cannot remove: Operation not permitted', '/csehome on oloroso')).toBe('');
});
