import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { CliError, EXIT } from '../exit.ts';
import { CLEAR, type Io } from '../io.ts';
import { jsonLine, jsonText } from '../json.ts';
import { textsFor } from '../reader.ts';
import { readerOfRun, renderReport } from '../render-status.ts';
import { exitCodeOf, explainMissingKey, fullReport } from '../report.ts';
import { workflowIdOf } from '../workflows.ts';

const WATCH_MS = 2000;

/** The id of the running semester. @throws CliError (4) when none runs; (2) when several run */
async function onlySemester(client: Client): Promise<string> {
  const ids: string[] = [];
  const query = "WorkflowType = 'semester' AND ExecutionStatus = 'Running'";
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  const [only] = ids;
  if (only !== undefined && ids.length === 1) return only;
  const which =
    ids.length === 0
      ? 'No semester runs. Name one that has ended, or start one.'
      : `Several semesters run: ${ids.join(', ')}. Name one.`;
  throw new CliError(ids.length === 0 ? EXIT.notFound : EXIT.usage, which);
}

/** `status`: shows the state of a workflow, what it waits for, and what to type. */
export function statusCommand(io: Io): Command {
  return new Command('status')
    .description('Show the state of a workflow, what it waits for, and what to type')
    .argument('[workflow]', 'name of the semester, or the id of a workflow; default: the running semester')
    .option('--watch', 'print again on each change, until the workflow ends')
    .option('--json', 'print the status as JSON; with --watch one line per change')
    .addHelpText(
      'after',
      '\nExit codes: 0 it works or has ended, 5 waits for people, 6 stuck (its workflow task fails), 7 no worker.',
    )
    .addHelpText('after', '\nExample:\n  semester status 2027-spring --watch')
    .action((workflow: string | undefined, { watch, json }: { watch?: boolean; json?: boolean }) =>
      io.withClient(async (client) => {
        const id = workflow === undefined ? await onlySemester(client) : workflowIdOf(workflow);
        for (let shown = ''; ; await io.pause(WATCH_MS)) {
          const report = await fullReport(client, id).catch((error: unknown) => explainMissingKey(client, id, error));
          const code = exitCodeOf(report);
          const asJson = watch ? jsonLine : jsonText;
          const text = json
            ? asJson('status', report, { code })
            : renderReport(report, await textsFor(readerOfRun(report)));
          if (text !== shown) {
            if (watch && !json && io.ask !== null) io.write(CLEAR);
            io.out(text);
          }
          shown = text;
          if (watch && report.closedAt === null) continue;
          // The report says why.
          if (code !== EXIT.ok) throw new CliError(code, '');
          return;
        }
      }),
    );
}
