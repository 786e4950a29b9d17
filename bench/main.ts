import { Runtime } from '@temporalio/worker';
import { Command, InvalidArgumentError } from 'commander';
import { setUp } from '../lab/setup/set-up.ts';
import { createLog, installRuntime } from '../worker/runtime.ts';
import type { Goal } from './case.ts';
import { casesOf } from './cases.ts';
import { reportOf, tableOf, type Report } from './report.ts';

interface Flags {
  readonly json?: boolean;
  readonly only?: string;
  readonly runs: number;
  readonly firmware: number;
}

function atLeast(least: number) {
  return (text: string): number => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < least)
      throw new InvalidArgumentError(`It must be a whole number, at least ${least}.`);
    return number;
  };
}

/** Runs the requested cases. With `json`, standard output is one object; all else goes to standard error. */
async function bench({ json = false, only, runs, firmware }: Flags): Promise<void> {
  const chosen = casesOf(only);
  const missing = await setUp([...new Set(chosen.flatMap(({ one }) => one.needs))], { quiet: json });
  if (missing.length > 0) throw new Error(missing.join('\n'));
  installRuntime(createLog('fatal'));
  const began = performance.now();
  const progress = (line: string) => console.error(`[${Math.round((performance.now() - began) / 1000)} s] ${line}`);
  const goals: Record<string, Goal> = {};
  let report: Report = {};
  for (const { one, wanted } of chosen) {
    const samples = await one.measure({ runs, firmwareSeconds: firmware, wanted: new Set(wanted), progress });
    const asked = Object.fromEntries(Object.entries(one.goals).filter(([name]) => wanted.includes(name)));
    Object.assign(goals, asked);
    report = { ...report, ...reportOf(asked, samples) };
  }
  console.log(json ? JSON.stringify(report, null, 2) : tableOf(report, goals));
}

const program = new Command('npm run bench --')
  .description('measures roll-out, downtime, grants, histories and memory, and compares each with its goal')
  .option('--json', 'print one object: {name: {ratio or value: {min, median, max}, goal, met}}')
  .option('--only <name>', 'one result, or all results with this prefix: rollout, semester-overhead/events')
  .option('--runs <number>', 'number of measurements of each side', atLeast(1), 3)
  .option('--firmware <seconds>', 'simulated firmware time of each power-on of a lab host', atLeast(0), 20)
  .addHelpText('after', '\nExample:  npm run bench -- --only rollout --runs 1 --firmware 5')
  .action(bench);

await program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
// A runtime that no worker used would keep the process alive.
await Runtime.instance().shutdown();
