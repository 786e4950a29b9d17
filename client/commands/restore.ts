import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { demandKeys } from '../../codec/data-converter.ts';
import { loadSite } from '../../config/load.ts';
import { dateIn } from '../../domain/calendar.ts';
import { restoreWorkflowId, TASK_QUEUE } from '../../domain/names.ts';
import type { RestoreInput } from '../../domain/restore.ts';
import { CliError, EXIT } from '../exit.ts';
import { keysAtHand, type Io } from '../io.ts';
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

/** `restore`: starts a workflow that plans, asks at its own gate `restore`, brings homes back and tells their owners. */
export function restoreCommand(io: Io): Command {
  return new Command('restore')
    .description("Bring a user's home back from a backup, beside what is there")
    .argument('[user]', 'account name; with --all everybody who has no home now')
    .option('--all', 'everybody who has no home now')
    .option('--from <backup>', 'as `semester backups` names it; the newest one that has the home')
    .option('--to <folder>', "a folder of root's on the storage host; where the homes are")
    .requiredOption('--by <name>', 'your name')
    .option('--site <file>', 'what stays', DEFAULT_SITE)
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
    throw new CliError(EXIT.usage, 'Say whose home: an account name, or --all.');
  }
  if (user !== undefined && !/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) {
    throw new CliError(EXIT.usage, `${JSON.stringify(user)} is no account name.`);
  }
  if (to !== null && !/^\/[^/]/.test(to))
    throw new CliError(EXIT.usage, '--to takes an absolute path on the storage host.');
  const site = await loadSite(flags.site);
  demandKeys(site.encryption, await keysAtHand());
  // Nobody is named in it: ids of workflows stay readable.
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
      `Started ${workflowId}. Nothing comes back before it is approved:\n` +
        `  semester plan ${workflowId} restore\n  semester approve ${workflowId} restore --by YOU`,
    );
  });
}
