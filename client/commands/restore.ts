import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { demandKeys } from '../../codec/data-converter.ts';
import { loadSite } from '../../config/load.ts';
import { dateIn } from '../../domain/calendar.ts';
import { restoreWorkflowId, TASK_QUEUE } from '../../domain/names.ts';
import type { RestoreInput } from '../../domain/restore.ts';
import { CliError, EXIT } from '../exit.ts';
import { loadPayloadKeys, type Io } from '../io.ts';
import { noWorkerSentence, pollers } from '../pollers.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';

interface Flags {
  readonly all?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly by: string;
  readonly site: string;
  readonly json?: boolean;
}

/** `restore`: starts a workflow that restores homes after its own gate `restore`, and notifies their owners. */
export function restoreCommand(io: Io): Command {
  return new Command('restore')
    .description("Restore a user's home from a backup; overwrites nothing")
    .argument('[user]', 'account name; or use --all')
    .option('--all', 'every user without a home')
    .option('--from <backup>', 'name of a backup (semester backups); default: the newest one that contains the home')
    .option('--to <folder>', 'folder on the storage host that only root can write; default: where the homes are')
    .requiredOption('--by <name>', 'your name')
    .option('--site <file>', 'the site file', DEFAULT_SITE)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  semester restore ara --by kim\n  semester approve restore/2027-03-02-1f3a restore --by lee',
    )
    .action((user: string | undefined, flags: Flags) => start(io, user, flags));
}

async function start(io: Io, user: string | undefined, flags: Flags): Promise<void> {
  const { all, from = null, to = null, by, json } = flags;
  if ((user === undefined) === (all !== true)) {
    throw new CliError(EXIT.usage, 'Name the home: an account name, or --all.');
  }
  if (user !== undefined && !/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) {
    throw new CliError(EXIT.usage, `${JSON.stringify(user)} is not valid as an account name.`);
  }
  if (to !== null && !/^\/[^/]/.test(to))
    throw new CliError(EXIT.usage, '--to takes an absolute path on the storage host.');
  const site = await loadSite(flags.site);
  demandKeys(site.encryption, await loadPayloadKeys());
  // Ids of workflows are not encrypted, so the name must not identify a person.
  const name = `${dateIn(new Date().toISOString(), site.zone)}-${randomBytes(2).toString('hex')}`;
  const workflowId = restoreWorkflowId(name);
  const input: RestoreInput = { site: site.name, name, startedBy: by, user: user ?? null, from, to };
  await io.withClient(async (client) => {
    await client.workflow.start('restore', {
      workflowId,
      taskQueue: TASK_QUEUE,
      args: [input],
      staticSummary: `restore on ${site.name}`,
    });
    const seen = await pollers(client);
    if (!seen.polling) io.note(noWorkerSentence(seen));
    if (json) return io.out(JSON.stringify({ workflowId, worker: seen }, null, 2));
    return io.out(
      `Started ${workflowId}. Nothing is restored until it is approved:\n` +
        `  semester plan ${workflowId} restore\n  semester approve ${workflowId} restore --by YOU`,
    );
  });
}
