import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { play, type Played } from './play.ts';
import { atMoment, FAULTS, inCommand, repeat } from './places.ts';
import { rollout } from './rollout.ts';
import type { Scenario } from './scenario.ts';
import { drawn, seeded } from './seeded.ts';
import { setStage, type Stage } from './stage.ts';
import { wipe } from './wipe.ts';

/** Another sample each day; all places: npm run chaos */
const seed = Math.floor(Date.now() / 86_400_000);

/** What a wipe does, without what it reads and tells before and after. */
const ACTS = /drainHost|takeBackup|replicateBackup|planWipe|wipeHomes|wipeDocker/;

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
}, 600_000);
afterAll(() => stage?.[Symbol.asyncDispose]());

async function leavesTheSame(scenario: Scenario, undisturbed: Played, places: readonly string[]): Promise<void> {
  onTestFailed(() => console.error(`To repeat it: ${repeat(scenario.name, places)}`));
  const disturbed = await play(stage, scenario, places);
  expect(disturbed.state).toEqual(undisturbed.state);
}

describe(`with the seed of the day, ${seed}`, () => {
  describe('a roll-out', () => {
    let undisturbed: Played;
    beforeAll(async () => {
      undisturbed = await play(stage, rollout);
    });

    test('runs each long command once and reboots each follower once', () => {
      const { asahi, bernini, cojito } = undisturbed.state;
      expect(asahi?.filter((line) => line.startsWith('ran-'))).toEqual([
        'ran-pacman -Syu --noconfirm',
        expect.stringMatching(/^ran-zstd .*-T0/),
      ]);
      for (const follower of [bernini, cojito])
        expect(follower?.filter((line) => line.startsWith('ran-'))).toEqual([
          expect.stringMatching(/^ran-zstd .*-d/),
          'ran-boots boot',
        ]);
      expect(undisturbed.boundaries.length).toBeGreaterThan(30);
    });

    test('leaves the same if the worker is killed at boundaries and between, and pacman, send and receive are disturbed', async () => {
      const random = seeded(seed);
      const faults = FAULTS.filter((fault) => fault !== 'power cut');
      const commands = ['pacman asahi 1', 'zstd asahi 1', 'zstd bernini 1'];
      await leavesTheSame(rollout, undisturbed, [
        ...drawn(undisturbed.boundaries, 2, random),
        atMoment(random() * undisturbed.seconds),
        ...commands.map((command, at) => inCommand(faults[(seed + at) % faults.length]!, command)),
      ]);
    });
  });

  describe('a wipe', () => {
    let undisturbed: Played;
    beforeAll(async () => {
      undisturbed = await play(stage, wipe);
    });

    test('leaves the exempt homes, a backup of all others, and closed logins', () => {
      expect(undisturbed.state).toMatchObject({
        missing: [],
        oloroso: expect.arrayContaining([
          'homes: bacchus prof',
          'not in the backup: ',
          'logins: 1 lock, erin denyusers *',
        ]),
        asahi: expect.arrayContaining(['docker: bacchus root', 'not in the trash: ']),
      });
    });

    test('loses nothing and leaves the same if the worker is killed and the storage host loses its power', async () => {
      const random = seeded(seed);
      const of = (pattern: RegExp) => undisturbed.commands.filter((command) => pattern.test(command));
      const cuts = [...drawn(of(/^btrfs oloroso/), 1, random), ...drawn(of(/^rm oloroso/), 1, random)];
      await leavesTheSame(wipe, undisturbed, [
        ...drawn(
          undisturbed.boundaries.filter((name) => ACTS.test(name)),
          2,
          random,
        ),
        ...drawn(of(/^(systemd-run|tail) /), 1, random).map((command) => inCommand('kill', command)),
        ...cuts.map((command) => inCommand('power cut', command)),
      ]);
    });
  });
});
