import { isDeepStrictEqual } from 'node:util';
import { Runtime } from '@temporalio/worker';
import { Command } from 'commander';
import { setUp } from '../../lab/setup/set-up.ts';
import { createLog, installRuntime } from '../../worker/runtime.ts';
import { atMoments } from './moments.ts';
import { roll, type Disturbance, type Roll } from './roll.ts';
import { dealt, seeded } from './seeded.ts';
import { setStage } from './stage.ts';

/** How often a worker is killed in one roll-out, about. */
const KILLS = 8;

interface Flags {
  readonly seed: number;
  readonly moments: number;
  readonly boundaries: boolean;
}

/** Every boundary of an activity, and moments in between: after each roll-out the hosts must be as after an undisturbed one. */
async function chaos({ seed, moments, boundaries }: Flags): Promise<number> {
  const missing = await setUp(['lab', 'temporal']);
  if (missing.length > 0) throw new Error(missing.join('\n'));
  installRuntime(createLog('fatal'));
  await using stage = await setStage();
  const undisturbed = await roll(stage);
  console.log(`undisturbed: ${undisturbed.boundaries.length} boundaries in ${undisturbed.seconds.toFixed(0)} s`);

  const random = seeded(seed);
  const places = boundaries ? undisturbed.boundaries : [];
  const some = Array.from({ length: moments }, () => random() * undisturbed.seconds);
  const runs: (Disturbance & { what: string })[] = [
    ...dealt(places, Math.ceil(places.length / KILLS)).map((at) => ({ killAt: new Set(at), what: at.join(', ') })),
    ...dealt(some, Math.ceil(some.length / KILLS)).map((at) => ({
      beside: atMoments(at),
      what: `after ${at.map((second) => second.toFixed(2)).join(', ')} s`,
    })),
  ];
  const began = performance.now();
  let wrong = 0;
  for (const [n, run] of runs.entries()) {
    const fails = await roll(stage, run).then(
      (one) => differences(undisturbed, one),
      (error: unknown) => [String(error)],
    );
    if (fails.length > 0) wrong++;
    console.log(`${fails.length > 0 ? '✖' : '✔'} ${n + 1} of ${runs.length}: killed ${run.what}`);
    for (const line of fails) console.log(`    ${line}`);
  }
  const minutes = ((performance.now() - began) / 60_000).toFixed(0);
  console.log(
    `${runs.length - wrong} of ${runs.length} roll-outs ended as the undisturbed one, in ${minutes} minutes (seed ${seed})`,
  );
  return wrong;
}

function differences(undisturbed: Roll, disturbed: Roll): readonly string[] {
  const places = Object.keys({ ...undisturbed.state, ...disturbed.state });
  return places
    .filter((place) => !isDeepStrictEqual(undisturbed.state[place], disturbed.state[place]))
    .flatMap((place) => [
      ...(undisturbed.state[place] ?? []).map((line) => `${place} - ${line}`),
      ...(disturbed.state[place] ?? []).map((line) => `${place} + ${line}`),
    ]);
}

const program = new Command('npm run chaos --')
  .description('kills workers in the middle of roll-outs, everywhere, and looks at what is left')
  .option('--seed <number>', 'another one chooses other moments', Number, 1)
  .option('--moments <number>', 'how many moments, beside every boundary of an activity', Number, 50)
  .option('--no-boundaries', 'moments only')
  .addHelpText('after', '\nExample:  npm run chaos -- --seed 7 --moments 10 --no-boundaries')
  .action(async (flags: Flags) => {
    if ((await chaos(flags)) > 0) process.exitCode = 1;
  });

await program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
// One that no worker of this process has used would keep it from ending.
await Runtime.instance().shutdown();
