import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { cacheFolder } from '../setup/cache.ts';
import { setUp } from '../setup/set-up.ts';
import { lookBefore } from './before.ts';
import { bringBack } from './bring-back.ts';
import { createEnding, type Ending } from './ending.ts';
import { keepUp } from './keep.ts';
import { prove } from './prove.ts';
import { recordHistories } from './record.ts';
import { setStage, type Stage } from './stage.ts';
import { tell } from './story.ts';
import { green, heading, red, say, soFar } from './ui.ts';

interface Flags {
  readonly yes?: boolean;
  readonly keep?: boolean;
  readonly record?: string;
}

/** A whole semester on a lab of real hosts. Returns the exit code: 0 only when every proof holds when looked up afresh. */
async function demo(ending: Ending, { yes, keep, record }: Flags): Promise<number> {
  const asks = !yes && process.stdin.isTTY && process.stdout.isTTY;
  const missing = await setUp('demo');
  if (missing.length > 0) throw new Error(missing.join('\n'));
  const stage = await setStage(ending);
  const broken = await play(stage, asks).catch(async (error: unknown) => {
    // What fails while everything is being ended is no news.
    if (!ending.begun) say(`The worker's log: ${await saveLog(stage)}`);
    throw error;
  });
  if (record !== undefined) await recordHistories(stage, record);
  for (const sentence of broken) say(`${red('✗')} ${sentence}`);
  say(broken.length === 0 ? green(`Every proof holds; ${soFar()} in all.`) : red(`${broken.length} did not hold.`));
  say(`The Temporal UI: ${stage.temporal.uiUrl}${keep ? '' : ' (npm run demo -- --keep leaves it up)'}`);
  const code = broken.length === 0 ? 0 : 1;
  ending.settle(code);
  if (keep) await keepUp(stage);
  return code;
}

/** The semester, a restore, and a sentence for each proof that does not hold at its end. */
async function play(stage: Stage, asks: boolean): Promise<readonly string[]> {
  const before = await lookBefore(stage.lab);
  const told = await tell(stage, asks);
  await bringBack(stage, asks);
  heading('Every proof, looked up afresh: on the hosts, the ID server, the mail server, the homepage');
  return await prove(stage, before, told);
}

/** The log outlives the demo where it may explain why it failed. */
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
  // Where a signal came first, its handler ends the process.
  if (ending.begun) return;
  await ending.end();
  process.exit(code);
}

const program = new Command('demo')
  .description('a whole semester on a lab of real hosts, from the notice to the closing report')
  .option('--yes', 'do not ask at the gates: the command line approves them with --yes')
  .option('--keep', 'leave everything up at the end, until Ctrl-C')
  .option('--record <folder>', 'write the histories of the finished workflows there, for replay')
  .addHelpText('after', '\nExample:\n  npm run demo -- --yes')
  .action(main);

await program.parseAsync();
