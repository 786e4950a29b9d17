import { expect, test } from 'vitest';
import { againIfAsked } from '../../lab/services/again.ts';

test('a call during a run is never lost, also right at its end, after a failure, and in the same turn', async () => {
  let pushed = 0;
  let built = 0;
  let runs = 0;
  let fails = false;
  const build = againIfAsked(async () => {
    runs += 1;
    const seen = pushed;
    await Promise.resolve();
    if (fails) throw new Error('broken');
    built = seen;
  });
  // Each push comes one turn later in the run than the one before.
  for (let turns = 0; turns < 12; turns++) {
    pushed += 1;
    const first = build();
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    pushed += 1;
    await Promise.all([first, build()]);
    expect([turns, built]).toEqual([turns, pushed]);
  }
  expect(runs).toBeLessThanOrEqual(24);

  fails = true;
  const failing = build();
  pushed += 1;
  fails = false;
  await Promise.all([failing.catch(() => undefined), build()]);
  expect(built).toBe(pushed);
});
