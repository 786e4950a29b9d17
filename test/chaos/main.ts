import { isDeepStrictEqual } from 'node:util';
import { Runtime } from '@temporalio/worker';
import { Command } from 'commander';
import { setUp } from '../../lab/setup/set-up.ts';
import { createLog, installRuntime } from '../../worker/runtime.ts';
import { atMoment, FAULTS, inCommand, parsePlace, repeat } from './places.ts';
import { play, type Played } from './play.ts';
import { rollout } from './rollout.ts';
import type { Scenario } from './scenario.ts';
import { dealt, drawn, seeded } from './seeded.ts';
import { setStage, type Stage } from './stage.ts';
import { wipe } from './wipe.ts';

/** How often a run is disturbed, about. */
const DISTURBANCES = 8;
const SCENARIOS: readonly Scenario[] = [rollout, wipe];

interface Flags {
  readonly seed: number;
  readonly moments: number;
  readonly boundaries: boolean;
  readonly at: readonly string[];
}

/** Every boundary and moments in between, in many runs: after each the hosts must be as after an undisturbed one. */
async function chaos(scenarios: readonly Scenario[], flags: Flags): Promise<number> {
  const missing = await setUp(['lab', 'temporal']);
  if (missing.length > 0) throw new Error(missing.join('\n'));
  installRuntime(createLog('fatal'));
  await using stage = await setStage();
  let wrong = 0;
  for (const scenario of scenarios) wrong += await disturb(stage, scenario, flags);
  return wrong;
}

async function disturb(stage: Stage, scenario: Scenario, flags: Flags): Promise<number> {
  const { name } = scenario;
  const undisturbed = await play(stage, scenario);
  const { boundaries, commands, seconds } = undisturbed;
  console.log(
    `${name}, undisturbed: ${boundaries.length} boundaries and ${commands.length} commands in ${seconds.toFixed(0)} s`,
  );
  const runs = flags.at.length > 0 ? [flags.at] : runsOf(undisturbed, flags);
  const began = performance.now();
  let wrong = 0;
  for (const [n, places] of runs.entries()) {
    const which = `${name} ${n + 1} of ${runs.length}`;
    console.log(`… ${which}: ${places.join(', ')}`);
    const fails = await play(stage, scenario, places).then(
      (one) => differences(undisturbed, one),
      (error: unknown) => [String(error)],
    );
    if (fails.length > 0) wrong++;
    console.log(`${fails.length > 0 ? '✖' : '✔'} ${which}`);
    for (const line of fails) console.log(`    ${line}`);
    if (fails.length > 0) console.log(`  To repeat it: ${repeat(name, places)}`);
  }
  const minutes = ((performance.now() - began) / 60_000).toFixed(0);
  console.log(
    `${name}: ${runs.length - wrong} of ${runs.length} ended as the undisturbed one, in ${minutes} minutes (seed ${flags.seed})`,
  );
  return wrong;
}

/** The places of each run. */
function runsOf({ boundaries, commands, seconds }: Played, flags: Flags): readonly (readonly string[])[] {
  const random = seeded(flags.seed);
  const of = (pattern: RegExp) => commands.filter((command) => pattern.test(command));
  const moments = Array.from({ length: flags.moments }, () => atMoment(random() * seconds));
  const jobs = of(/^(systemd-run|tail) /).map((command) => inCommand('kill', command));
  const long = of(/^(pacman|zstd) /);
  const cuts = [...of(/^btrfs oloroso /), ...drawn(of(/^rm oloroso /), 4, random)];
  const split = (places: readonly string[]) => dealt(places, Math.ceil(places.length / DISTURBANCES));
  return [
    ...(flags.boundaries ? [...split(boundaries), ...split(jobs)] : []),
    ...FAULTS.filter((fault) => fault !== 'power cut').map((fault) => long.map((one) => inCommand(fault, one))),
    // One each: what runs after it is counted anew.
    ...cuts.map((command) => [inCommand('power cut', command)]),
    ...split(moments),
  ].filter((places) => places.length > 0);
}

function differences(undisturbed: Played, disturbed: Played): readonly string[] {
  const places = Object.keys({ ...undisturbed.state, ...disturbed.state });
  return places
    .filter((place) => !isDeepStrictEqual(undisturbed.state[place], disturbed.state[place]))
    .flatMap((place) => [
      ...(undisturbed.state[place] ?? []).map((line) => `${place} - ${line}`),
      ...(disturbed.state[place] ?? []).map((line) => `${place} + ${line}`),
    ]);
}

const program = new Command('npm run chaos --')
  .description('kills workers in the middle of roll-outs and wipes, everywhere, and looks at what is left')
  .argument('[scenario]', SCENARIOS.map(({ name }) => name).join(' or '), 'both')
  .option('--seed <number>', 'another one chooses other moments', Number, 1)
  .option('--moments <number>', 'how many moments, beside every boundary', Number, 50)
  .option('--no-boundaries', 'neither boundaries of activities nor of remote jobs')
  .option('--at <place...>', 'one run, disturbed at these places only, as a failing run names them', placed, [])
  .addHelpText('after', `\nExample:  ${repeat('wipe', ['before wipeHomes 1', 'power cut in rm oloroso 12'])}`)
  .action(async (name: string, flags: Flags) => {
    const scenarios = SCENARIOS.filter((one) => name === 'both' || name === one.name);
    if (scenarios.length === 0)
      throw new Error(`there is no scenario ${name}: ${SCENARIOS.map((one) => one.name).join(', ')}`);
    if ((await chaos(scenarios, flags)) > 0) process.exitCode = 1;
  });

await program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
// One that no worker of this process has used would keep it from ending.
await Runtime.instance().shutdown();

function placed(text: string, before: readonly string[]): readonly string[] {
  return [...before, parsePlace(text).text];
}
