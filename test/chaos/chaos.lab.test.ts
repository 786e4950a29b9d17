import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog, installRuntime } from '../../worker/runtime.ts';
import { FAULTS, hold, inTheMiddleOfEach } from './faults.ts';
import { atMoments } from './moments.ts';
import { roll, type Roll } from './roll.ts';
import { seeded } from './seeded.ts';
import { setStage, type Stage } from './stage.ts';

installRuntime(createLog('fatal'));

// A sample; all of it: npm run chaos
let stage: Stage;
let undisturbed: Roll;
beforeAll(async () => {
  stage = await setStage();
  undisturbed = await roll(stage);
}, 600_000);
afterAll(() => stage?.[Symbol.asyncDispose]());

test('an undisturbed roll-out runs each long command once and reboots each follower once', () => {
  const { asahi, bernini, cojito } = undisturbed.state;
  expect(asahi?.filter((line) => line.startsWith('ran-'))).toEqual([
    'ran-pacman -Syu --noconfirm',
    expect.stringMatching(/^ran-zstd .*-T0/),
  ]);
  for (const follower of [bernini, cojito])
    expect(follower?.filter((line) => line.startsWith('ran-'))).toEqual([
      'ran-boots boot',
      expect.stringMatching(/^ran-zstd .*-d/),
    ]);
  expect(undisturbed.boundaries.length).toBeGreaterThan(30);
});

test('a worker that is killed at boundaries of activities leaves the same as an undisturbed one', async () => {
  const random = seeded(5);
  const some = undisturbed.boundaries.filter(() => random() < 5 / undisturbed.boundaries.length);
  const disturbed = await roll(stage, { killAt: new Set(some) });
  expect(disturbed.boundaries).toEqual(expect.arrayContaining(some));
  expect(disturbed.state).toEqual(undisturbed.state);
}, 600_000);

test('a worker that is killed between boundaries leaves the same as well', async () => {
  const random = seeded(6);
  const moments = [1, 2, 3].map(() => random() * undisturbed.seconds);
  const disturbed = await roll(stage, { beside: atMoments(moments) });
  expect(disturbed.state).toEqual(undisturbed.state);
}, 600_000);

test.each(Object.entries(FAULTS))(
  'in the middle of pacman, send and receive %s',
  async (_, fault) => {
    await hold(stage);
    const disturbed = await roll(stage, { beside: inTheMiddleOfEach(fault) });
    expect(disturbed.state).toEqual(undisturbed.state);
  },
  600_000,
);
