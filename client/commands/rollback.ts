import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { demandKeys } from '../../codec/data-converter.ts';
import { loadSite } from '../../config/load.ts';
import { dateIn } from '../../domain/calendar.ts';
import { rollbackWorkflowId, TASK_QUEUE } from '../../domain/names.ts';
import type { RollBackInput } from '../../domain/roll-back.ts';
import { CliError, EXIT } from '../exit.ts';
import { loadPayloadKeys, type Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import { beforeStart, withWorkerFlag } from '../starting.ts';

interface Flags {
  readonly withoutWorker?: boolean;
  readonly site: string;
  readonly by: string;
  readonly reason: string;
  readonly json?: boolean;
}

/** R8. `rollback`: reverts hosts on request; its gate shows from which image to which. */
export function rollbackCommand(io: Io): Command {
  return withWorkerFlag(new Command('rollback'))
    .description('Revert GPU servers to the root that they ran before their last update')
    .argument('<hosts...>', 'short names, as in site.yaml; or: all')
    .option('--site <file>', 'the site file', DEFAULT_SITE)
    .requiredOption('--by <name>', 'your name')
    .requiredOption('--reason <text>', 'recorded in the history')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester rollback cojito --by kim --reason "the new driver loses GPUs"')
    .action((hosts: string[], flags: Flags) => start(io, hosts, flags));
}

async function start(
  io: Io,
  named: readonly string[],
  { site: file, by, reason, withoutWorker, json }: Flags,
): Promise<void> {
  const site = await loadSite(file);
  const known = site.hosts.map(({ name }) => name);
  const unknown = named.find((host) => host !== 'all' && !known.includes(host));
  if (unknown !== undefined) {
    throw new CliError(
      EXIT.usage,
      `${file} has no GPU server ${JSON.stringify(unknown)}. It has: ${known.join(', ')}. Or type: all.`,
    );
  }
  demandKeys(site.encryption, await loadPayloadKeys());
  const name = `${dateIn(new Date().toISOString(), site.zone)}-${randomBytes(2).toString('hex')}`;
  const workflowId = rollbackWorkflowId(name);
  const hosts = named.includes('all') ? null : [...new Set(named)];
  const input: RollBackInput = { site: site.name, name, startedBy: by, hosts, reason };
  await io.withClient(async (client) => {
    const seen = await beforeStart(io, client, site, { by, withoutWorker });
    await client.workflow.start('rollback', {
      workflowId,
      taskQueue: TASK_QUEUE,
      args: [input],
      staticSummary: `rollback on ${site.name}`,
    });
    if (json) return io.out(jsonText('rollback', { workflowId, worker: seen }));
    return io.out(
      `Started ${workflowId}. Nothing reboots until it is approved:\n` +
        `  semester plan ${workflowId} rollback\n  semester approve ${workflowId} rollback --by YOU`,
    );
  });
}
