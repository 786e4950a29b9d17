import { Command } from 'commander';
import { setUp } from '../setup/set-up.ts';
import { createEnding } from './ending.ts';
import { lookBefore } from './before.ts';
import { keepUp } from './keep.ts';
import { prove } from './prove.ts';
import { recordHistories } from './record.ts';
import { setStage } from './stage.ts';
import { tell } from './story.ts';
import { green, heading, red, say, soFar } from './ui.ts';

interface Flags {
  readonly yes?: boolean;
  readonly keep?: boolean;
  readonly record?: string;
}

/** A whole semester on a lab of real hosts. Returns the exit code: 0 only when every proof holds when looked up afresh. */
async function demo({ yes, keep, record }: Flags): Promise<number> {
  const asks = !yes && process.stdin.isTTY && process.stdout.isTTY;
  const ending = createEnding();
  try {
    const missing = await setUp('demo');
    if (missing.length > 0) throw new Error(missing.join('\n'));
    const stage = await setStage(ending);
    const before = await lookBefore(stage.lab);
    const told = await tell(stage, asks);
    heading('Every proof, looked up afresh: on the hosts, the ID server, the mail server, the homepage');
    const broken = await prove(stage.lab, before, told);
    if (record !== undefined) await recordHistories(stage.client, record);
    say(`The Temporal UI: ${stage.temporal.uiUrl}`);
    for (const sentence of broken) say(`${red('✗')} ${sentence}`);
    say(broken.length === 0 ? green(`Every proof holds. ${soFar()} in all.`) : red(`${broken.length} did not hold.`));
    if (keep) await keepUp(stage);
    return broken.length === 0 ? 0 : 1;
  } catch (error) {
    if (ending.begun) return new Promise<never>(() => {});
    say(`${red('✗')} ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await ending.end();
  }
}

const program = new Command('demo')
  .description('a whole semester on a lab of real hosts, from the notice to the closing report')
  .option('--yes', 'do not ask at the gates: the command line approves them with --yes')
  .option('--keep', 'leave everything up at the end, until Ctrl-C')
  .option('--record <folder>', 'write the histories of the finished workflows there, for replay')
  .addHelpText('after', '\nExample:\n  npm run demo -- --yes')
  .action(async (flags: Flags) => process.exit(await demo(flags)));

await program.parseAsync();
