import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { cacheFolder } from '../setup/cache.ts';
import { setUp } from '../setup/set-up.ts';
import { recordBaseline } from './before.ts';
import { restoreHome } from './bring-back.ts';
import { createEnding, type Ending } from './ending.ts';
import { keepRunning } from './keep.ts';
import { checkClaims } from './prove.ts';
import { startStage, type Stage } from './stage.ts';
import { runStory } from './story.ts';
import { green, heading, red, say, elapsedTime } from './ui.ts';

interface Flags {
  readonly yes?: boolean;
  readonly keep?: boolean;
}

/** Runs a whole semester on a lab of real hosts. Returns the exit code: 0 only if all claims hold. */
async function demo(ending: Ending, { yes, keep }: Flags): Promise<number> {
  const asks = !yes && process.stdin.isTTY && process.stdout.isTTY;
  const missing = await setUp('demo');
  if (missing.length > 0) throw new Error(missing.join('\n'));
  const stage = await startStage(ending);
  const broken = await play(stage, asks).catch(async (error: unknown) => {
    // Errors during cleanup are expected.
    if (!ending.begun) say(`The worker's log: ${await saveLog(stage)}`);
    throw error;
  });
  for (const sentence of broken) say(`${red('✗')} ${sentence}`);
  say(
    broken.length === 0
      ? green(`All claims hold; ${elapsedTime()} in total.`)
      : red(`${broken.length} claims do not hold.`),
  );
  say(`The Temporal UI: ${stage.temporal.uiUrl}${keep ? '' : ' (npm run demo -- --keep keeps it running)'}`);
  const code = broken.length === 0 ? 0 : 1;
  ending.settle(code);
  if (keep) await keepRunning(stage);
  return code;
}

/** Runs the semester and a restore; returns a sentence for each claim that does not hold at the end. */
async function play(stage: Stage, asks: boolean): Promise<readonly string[]> {
  const before = await recordBaseline(stage.lab);
  const story = await runStory(stage, asks);
  await restoreHome(stage, asks);
  heading('Independent checks: on the hosts, the ID server, the mail server, the homepage');
  return await checkClaims(stage, before, story);
}

/** Copies the worker's log out of the temporary folder, for debugging; returns its path. */
async function saveLog({ workerLog }: Stage): Promise<string> {
  const kept = path.join(cacheFolder, 'demo-worker.log');
  await mkdir(cacheFolder, { recursive: true });
  await copyFile(workerLog, kept);
  return kept;
}

async function main(flags: Flags): Promise<void> {
  const ending = createEnding();
  let code = 1;
  try {
    code = await demo(ending, flags);
  } catch (error) {
    if (!ending.begun) say(`${red('✗')} ${error instanceof Error ? error.message : String(error)}`);
  }
  // After a signal, its handler exits the process.
  if (ending.begun) return;
  await ending.end();
  process.exit(code);
}

const program = new Command('demo')
  .description('a whole semester on a lab of real hosts, from the notice to the closing report')
  .option('--yes', 'do not ask at the gates: the command line approves them with --yes')
  .option('--keep', 'keep everything running at the end, until Ctrl-C')
  .addHelpText('after', '\nExample:\n  npm run demo -- --yes')
  .action(main);

await program.parseAsync();
