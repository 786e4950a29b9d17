import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { demandKeys } from '../../codec/data-converter.ts';
import { loadSite } from '../../config/load.ts';
import { dateIn } from '../../domain/calendar.ts';
import type { DockerInput } from '../../domain/docker-ranges.ts';
import { ACCOUNT_NAME, dockerWorkflowId, TASK_QUEUE } from '../../domain/names.ts';
import type { Proof } from '../../domain/proof.ts';
import { demandKnown, UNKNOWN_FLAG } from '../accounts.ts';
import { CliError, EXIT } from '../exit.ts';
import { loadPayloadKeys, type Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import { beforeStart, withWorkerFlag } from '../starting.ts';

interface Flags {
  readonly unknown?: boolean;
  readonly withoutWorker?: boolean;
  readonly by: string;
  readonly site: string;
  readonly json?: boolean;
}

/** R7. `docker`: gives accounts subuid ranges, the same on every host. */
export function dockerCommand(io: Io): Command {
  return withWorkerFlag(new Command('docker'))
    .description('Give accounts the subuid range that rootless Docker needs, the same on every GPU server')
    .argument('<user...>', 'account names')
    .requiredOption('--by <name>', 'your name')
    .option(...UNKNOWN_FLAG)
    .option('--site <file>', 'the site file', DEFAULT_SITE)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester docker erin frank --by kim')
    .action((users: string[], flags: Flags) => grant(io, users, flags));
}

async function grant(io: Io, users: string[], { by, site: file, withoutWorker, unknown, json }: Flags): Promise<void> {
  const invalid = users.filter((user) => !ACCOUNT_NAME.test(user));
  if (invalid.length > 0) {
    const names = invalid.map((user) => JSON.stringify(user)).join(', ');
    throw new CliError(EXIT.usage, `Not valid as account names: ${names}.`);
  }
  const site = await loadSite(file);
  demandKeys(site.encryption, await loadPayloadKeys());
  const workflowId = dockerWorkflowId(
    `${dateIn(new Date().toISOString(), site.zone)}-${randomBytes(2).toString('hex')}`,
  );
  const input: DockerInput = { site: site.name, users, startedBy: by };
  await io.withClient(async (client) => {
    await beforeStart(io, client, site, { by, withoutWorker });
    await demandKnown(io, client, users, { unknown, stopped: 'Nothing was started.' });
    const handle = await client.workflow.start('docker', {
      workflowId,
      taskQueue: TASK_QUEUE,
      args: [input],
      staticSummary: `Docker ranges on ${site.name}`,
    });
    io.note(`Started ${workflowId}: semester status ${workflowId}. This command waits until it ends.`);
    const proofs = (await handle.result()) as readonly Proof[];
    io.out(json ? jsonText('docker', { workflowId, proofs }) : proofs.map(({ summary }) => summary).join('\n'));
  });
}
