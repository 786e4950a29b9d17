import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { Command, Option } from 'commander';
import { demandKeys } from '../../codec/data-converter.ts';
import { loadSite } from '../../config/load.ts';
import { TASK_QUEUE, updateWorkflowId } from '../../domain/names.ts';
import type { FleetUpdateInput } from '../../domain/semester.ts';
import { CliError, EXIT } from '../exit.ts';
import { loadPayloadKeys, type Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import { beforeStart, withWorkerFlag } from '../starting.ts';

interface Flags {
  readonly withoutWorker?: boolean;
  readonly site: string;
  readonly mode: FleetUpdateInput['mode'];
  readonly leader?: string;
  readonly by: string;
  readonly json?: boolean;
}

/** R8. `update`: updates the GPU servers between semesters. A site has one update at a time, named after the site. */
export function updateCommand(io: Io): Command {
  return withWorkerFlag(new Command('update'))
    .description(
      'Update the GPU servers between semesters: first the leader, then the others from its image, at announced times',
    )
    .option('--site <file>', 'the site file', DEFAULT_SITE)
    .addOption(
      new Option('--mode <mode>', 'how the leader is updated: by its package manager, or by a person who reinstalls it')
        .choices(['update', 'reinstall'])
        .default('update'),
    )
    .option('--leader <host>', 'the server that is updated first and imaged; default: update.leader of site.yaml')
    .requiredOption('--by <name>', 'your name; you do not count at gates with a quorum of two or more')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester update --by kim')
    .action((flags: Flags) => start(io, flags));
}

async function start(io: Io, { site: file, mode, leader, by, withoutWorker, json }: Flags): Promise<void> {
  const site = await loadSite(file, { starter: by });
  if (leader !== undefined && !site.hosts.some(({ name }) => name === leader)) {
    const known = site.hosts.map(({ name }) => name).join(', ');
    throw new CliError(EXIT.usage, `${file} has no GPU server ${JSON.stringify(leader)}. It has: ${known}.`);
  }
  demandKeys(site.encryption, await loadPayloadKeys());
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
    const seen = await beforeStart(io, client, site, { by, withoutWorker });
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
        throw new CliError(EXIT.refused, `An update of ${site.name} already runs. See: semester status ${workflowId}`);
      });
    if (json) {
      return io.out(jsonText('update', { workflowId, runId: handle.firstExecutionRunId, worker: seen }));
    }
    return io.out(
      `Started ${workflowId}. No follower reboots until the update is approved and announced:\n` +
        `  semester status ${workflowId} --watch\n  semester plan ${workflowId} rollout\n  semester approve ${workflowId} rollout --by YOU`,
    );
  });
}
