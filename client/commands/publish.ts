import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { Command } from 'commander';
import { demandKeys } from '../../codec/data-converter.ts';
import { loadSemester, loadSite } from '../../config/load.ts';
import { publishWorkflowId, TASK_QUEUE } from '../../domain/names.ts';
import type { PublishInput } from '../../domain/publish.ts';
import { CliError, EXIT } from '../exit.ts';
import { loadPayloadKeys, type Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import { beforeStart, withWorkerFlag } from '../starting.ts';

interface Flags {
  readonly withoutWorker?: boolean;
  readonly semester?: string;
  readonly by: string;
  readonly site: string;
  readonly json?: boolean;
}

/** `publish`: starts a workflow that updates a published post, after its own gate `publish`. */
export function publishCommand(io: Io): Command {
  return withWorkerFlag(new Command('publish'))
    .description('Update a published post, from the templates and site.yaml as they are now')
    .argument('[name]', 'name of the semester; default: that of --semester')
    .option('--semester <file>', 'its semester.yaml, if a date or the title has changed')
    .requiredOption('--by <name>', 'your name')
    .option('--site <file>', 'the site file', DEFAULT_SITE)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  semester publish 2027-spring --by kim\n  semester approve publish/2027-spring publish --by lee',
    )
    .action((name: string | undefined, flags: Flags) => start(io, name, flags));
}

async function start(io: Io, named: string | undefined, flags: Flags): Promise<void> {
  const { by, json } = flags;
  const site = await loadSite(flags.site);
  const semester = flags.semester === undefined ? null : await loadSemester(flags.semester, {}, { site });
  const name = named ?? semester?.name;
  if (name === undefined)
    throw new CliError(EXIT.usage, 'Name the post: the name of its semester, or --semester FILE.');
  if (semester !== null && semester.name !== name)
    throw new CliError(EXIT.usage, `${flags.semester} describes the semester ${semester.name}, not ${name}.`);
  demandKeys(site.encryption, await loadPayloadKeys());
  const workflowId = publishWorkflowId(name);
  const input: PublishInput = { site: site.name, name, startedBy: by, semester };
  await io.withClient(async (client) => {
    const seen = await beforeStart(io, client, site, flags);
    await client.workflow
      .start('publish', {
        workflowId,
        taskQueue: TASK_QUEUE,
        args: [input],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: `Update of the post of ${name}`,
      })
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        throw new CliError(EXIT.refused, `${workflowId} already runs. See: semester status ${workflowId}`);
      });
    if (json) return io.out(jsonText('publish', { workflowId, worker: seen }));
    return io.out(
      `Started ${workflowId}. Nothing is published until it is approved:\n` +
        `  semester plan ${workflowId} publish\n  semester approve ${workflowId} publish --by YOU`,
    );
  });
}
