import { expect, test } from 'vitest';
import { rollBackObstacle } from '../../domain/roll-back.ts';

test.each([
  ['its own old root, put aside by an update', { running: 'root', exists: true, ours: true }, null],
  ['an old root that people created, as on a leader', { running: 'root', exists: true, ours: false }, 'not-ours'],
  ['no old root', { running: 'root', exists: false, ours: false }, 'none'],
  ['something other than root runs', { running: 'failed-x', exists: true, ours: true }, 'not-root'],
  [
    'old-root itself runs, after a swap without its reboot',
    { running: 'old-root', exists: true, ours: true },
    'not-root',
  ],
])('roll-back on request: %s', (_what, old, why) => {
  expect(rollBackObstacle(old)).toBe(why);
});
