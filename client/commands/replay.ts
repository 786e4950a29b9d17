import { Command } from 'commander';
import { VERSION } from '../../config/version.ts';
import { many } from '../../domain/many.ts';
import type { OpenReplays } from '../../worker/replay.ts';
import { CliError, EXIT } from '../exit.ts';
import { loadPayloadKeys, type Io } from '../io.ts';
import { jsonText } from '../json.ts';

const HELP = `
Exit codes: 0 every open run replays, or was not checked in time; 1 one does not replay.

Example:
  semester replay

Run it on the worker's machine in the new checkout, before the worker starts (docs/upgrading.md). It changes nothing.`;

const MINUTE_MS = 60_000;

/** `replay`: whether the open runs replay on this version. */
export function replayCommand(io: Io): Command {
  return new Command('replay')
    .description('Check that every open run goes on with the workflows of this version')
    .option('--minutes <number>', 'time for all runs; the rest is named', '10')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', HELP)
    .action(async ({ minutes, json }: { minutes: string; json?: boolean }) => {
      const withinMs = Number(minutes) * MINUTE_MS;
      if (!(withinMs > 0)) throw new CliError(EXIT.usage, `--minutes ${minutes} is no number of minutes above 0`);
      const { replayHere } = await import('../../recovery/replay.ts');
      const keys = await loadPayloadKeys();
      const result = await io.withClient((client) => replayHere(client, keys, { withinMs }));
      const code = result.failed.length > 0 ? EXIT.failed : EXIT.ok;
      io.out(json ? jsonText('replay', result, { code }) : replayText(result));
      if (code !== EXIT.ok) throw new CliError(code, '');
    });
}

/** The result as text, failures first. */
export function replayText({ replayed, failed, unchecked }: OpenReplays): string {
  const well = replayed - failed.length;
  const lines = failed.flatMap(({ workflowId, failure: { event, reason, places } }) => [
    `${workflowId} does NOT replay`,
    `  ${event ? `event ${event.id} (${event.type})` : 'its workflow task fails'}: ${reason}`,
    ...places.map((place) => `  the code there: ${place}`),
    `  What to do: docs/upgrading.md, "A run does not replay"`,
  ]);
  lines.push(`${many(well, 'open run replays', 'open runs replay')} on version ${VERSION}.`);
  for (const { workflowId, reason } of unchecked) lines.push(`not checked: ${workflowId}: ${reason}`);
  return lines.join('\n');
}
