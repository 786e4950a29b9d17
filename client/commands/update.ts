import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { Command, Option } from 'commander';
import { demandKeys } from '../../codec/data-converter.ts';
import { loadSite } from '../../config/load.ts';
import { TASK_QUEUE, updateWorkflowId } from '../../domain/names.ts';
import type { FleetUpdateInput } from '../../domain/semester.ts';
import { CliError, EXIT } from '../exit.ts';
import { keysAtHand, type Io } from '../io.ts';
import { noWorkerSentence, pollers } from '../pollers.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';

interface Flags {
  readonly site: string;
  readonly mode: FleetUpdateInput['mode'];
  readonly leader?: string;
  readonly by: string;
  readonly json?: boolean;
}

/** `update`: R8 between semesters. One at a time on a site, so that it is named after the site. */
export function updateCommand(io: Io): Command {
  return new Command('update')
    .description(
      'Update the GPU servers between semesters: one first, then its image on all others, at announced times',
    )
    .option('--site <file>', 'what stays', DEFAULT_SITE)
    .addOption(
      new Option('--mode <mode>', 'how the first server gets there: by its package manager, or reinstalled by a person')
        .choices(['update', 'reinstall'])
        .default('update'),
    )
    .option('--leader <host>', 'the server that is updated first and imaged; else as site.yaml says')
    .requiredOption('--by <name>', 'your name; where two approvers are needed, you are not one of them')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester update --by kim')
    .action((flags: Flags) => start(io, flags));
}

async function start(io: Io, { site: file, mode, leader, by, json }: Flags): Promise<void> {
  const site = await loadSite(file, { starter: by });
  if (leader !== undefined && !site.hosts.some(({ name }) => name === leader)) {
    const known = site.hosts.map(({ name }) => name).join(', ');
    throw new CliError(EXIT.usage, `${file} has no GPU server ${JSON.stringify(leader)}; it has ${known}.`);
  }
  demandKeys(site.encryption, await keysAtHand());
  const workflowId = updateWorkflowId(site.name);
  const input: FleetUpdateInput = {
    site: site.name,
    name: workflowId,
    startedBy: by,
    mode,
    keep: [],
    ...(leader !== undefined && { leader }),
  };
  await io.withClient(async (client) => {
    const handle = await client.workflow
      .start('fleetUpdate', {
        workflowId,
        taskQueue: TASK_QUEUE,
        args: [input],
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: `Update of the GPU servers of ${site.name}`,
      })
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        throw new CliError(EXIT.refused, `An update of ${site.name} runs already. Look: semester status ${workflowId}`);
      });
    const seen = await pollers(client);
    if (!seen.polling) io.note(noWorkerSentence(seen));
    if (json) {
      return io.out(JSON.stringify({ workflowId, runId: handle.firstExecutionRunId, worker: seen }, null, 2));
    }
    return io.out(
      `Started ${workflowId}. No follower reboots before it is approved and announced:\n` +
        `  semester status ${workflowId} --watch\n  semester approve ${workflowId} rollout --by YOU`,
    );
  });
}
