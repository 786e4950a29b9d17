import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { demandKeys } from '../../codec/data-converter.ts';
import { loadSite } from '../../config/load.ts';
import { dateIn } from '../../domain/calendar.ts';
import { ACCOUNT_NAME, restoreWorkflowId, TASK_QUEUE } from '../../domain/names.ts';
import type { RestoreDockerInput, RestoreInput } from '../../domain/restore.ts';
import { demandKnown, UNKNOWN_FLAG } from '../accounts.ts';
import { CliError, EXIT } from '../exit.ts';
import { loadPayloadKeys, type Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import { beforeStart, withWorkerFlag } from '../starting.ts';

interface Flags {
  readonly unknown?: boolean;
  readonly withoutWorker?: boolean;
  readonly all?: boolean;
  readonly docker?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly by: string;
  readonly site: string;
  readonly json?: boolean;
}

/**
 * `restore`: starts a workflow that restores homes after its own gate `restore`, and notifies their owners. With `--docker` it
 * moves Docker data back from the trash, after gate `restore-docker`.
 */
export function restoreCommand(io: Io): Command {
  return withWorkerFlag(new Command('restore'))
    .description("Restore a user's home from a backup, or Docker data from the trash; overwrites nothing")
    .argument('[user]', 'account name; or use --all')
    .option('--all', 'every user without a home')
    .option('--docker', "the user's Docker data instead of the home: back from the trash of every GPU server")
    .option('--from <backup>', 'name of a backup (semester backups); default: the newest one that contains the home')
    .option('--to <folder>', 'folder on the storage host that only root can write; default: where the homes are')
    .requiredOption('--by <name>', 'your name')
    .option(...UNKNOWN_FLAG)
    .option('--site <file>', 'the site file', DEFAULT_SITE)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  semester restore ara --by kim\n  semester approve restore/2027-03-02-1f3a restore --by lee\n  semester restore --docker ara --by kim',
    )
    .action((user: string | undefined, flags: Flags) => start(io, user, flags));
}

async function start(io: Io, user: string | undefined, flags: Flags): Promise<void> {
  const { all, docker, from = null, to = null, by, json } = flags;
  if ((user === undefined) === (all !== true)) {
    throw new CliError(EXIT.usage, 'Name the home: an account name, or --all.');
  }
  if (docker && (user === undefined || from !== null || to !== null)) {
    throw new CliError(EXIT.usage, '--docker takes an account name, and neither --from nor --to.');
  }
  if (user !== undefined && !ACCOUNT_NAME.test(user)) {
    throw new CliError(EXIT.usage, `${JSON.stringify(user)} is not valid as an account name.`);
  }
  if (to !== null && !/^\/[^/]/.test(to))
    throw new CliError(EXIT.usage, '--to takes an absolute path on the storage host.');
  const site = await loadSite(flags.site);
  demandKeys(site.encryption, await loadPayloadKeys());
  // Ids of workflows are not encrypted, so the name must not identify a person.
  const name = `${dateIn(new Date().toISOString(), site.zone)}-${randomBytes(2).toString('hex')}`;
  const workflowId = restoreWorkflowId(name);
  const shared = { site: site.name, name, startedBy: by };
  const args: [RestoreInput | RestoreDockerInput] = [
    docker && user !== undefined ? { ...shared, user } : { ...shared, user: user ?? null, from, to },
  ];
  const gate = docker ? 'restore-docker' : 'restore';
  await io.withClient(async (client) => {
    const seen = await beforeStart(io, client, site, flags);
    if (user !== undefined)
      await demandKnown(io, client, [user], { unknown: flags.unknown, stopped: 'Nothing was started.' });
    await client.workflow.start(docker ? 'restoreDocker' : 'restore', {
      workflowId,
      taskQueue: TASK_QUEUE,
      args,
      staticSummary: `restore on ${site.name}`,
    });
    if (json) return io.out(jsonText('restore', { workflowId, worker: seen }));
    return io.out(
      `Started ${workflowId}. Nothing is restored until it is approved:\n` +
        `  semester plan ${workflowId} ${gate}\n  semester approve ${workflowId} ${gate} --by YOU`,
    );
  });
}
