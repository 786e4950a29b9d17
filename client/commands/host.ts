import { Command } from 'commander';
import { demandKeys } from '../../codec/data-converter.ts';
import { loadSite } from '../../config/load.ts';
import type { ExcludeInput } from '../../domain/exclude.ts';
import { excludeWorkflowId, TASK_QUEUE } from '../../domain/names.ts';
import { CliError, EXIT } from '../exit.ts';
import { loadPayloadKeys, type Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import { inspect } from '../workflows.ts';
import { beforeStart, withWorkerFlag } from '../starting.ts';

interface Flags {
  readonly withoutWorker?: boolean;
  readonly by: string;
  readonly reason: string;
  readonly site: string;
  readonly json?: boolean;
}

/** `host`: excludes or includes one GPU server, or opens its logins. */
export function hostCommand(io: Io): Command {
  return new Command('host')
    .description('Exclude a broken GPU server, include it again, or open its logins')
    .addHelpText('after', '\nExample:\n  semester host exclude cojito --by kim --reason "mainboard at the vendor"')
    .addCommand(
      excludeOrIncludeCommand(io, 'exclude', 'Exclude a GPU server: the storage host stops exporting the homes to it'),
    )
    .addCommand(excludeOrIncludeCommand(io, 'include', 'Include a GPU server again, after its deferred wipe is done'))
    .addCommand(openCommand(io));
}

function excludeOrIncludeCommand(io: Io, what: 'exclude' | 'include', description: string): Command {
  return withWorkerFlag(new Command(what))
    .description(description)
    .argument('<host>', 'short name, as in site.yaml')
    .requiredOption('--by <name>', 'your name')
    .requiredOption('--reason <text>', 'recorded in the history')
    .option('--site <file>', 'the site file', DEFAULT_SITE)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', `\nExample:\n  semester host ${what} cojito --by kim --reason "mainboard"`)
    .action((host: string, flags: Flags) => start(io, what, host, flags));
}

async function start(
  io: Io,
  what: 'exclude' | 'include',
  host: string,
  { by, reason, site: file, withoutWorker, json }: Flags,
) {
  const site = await loadSite(file);
  if (!site.hosts.some(({ name }) => name === host)) {
    const known = site.hosts.map(({ name }) => name).join(', ');
    throw new CliError(EXIT.usage, `${file} has no GPU server ${JSON.stringify(host)}. It has: ${known}.`);
  }
  demandKeys(site.encryption, await loadPayloadKeys());
  const workflowId = excludeWorkflowId(what, host);
  const input: ExcludeInput = { site: site.name, host, reason, startedBy: by };
  await io.withClient(async (client) => {
    const seen = await beforeStart(io, client, site, { by, withoutWorker });
    await client.workflow.start(what, {
      workflowId,
      taskQueue: TASK_QUEUE,
      workflowIdConflictPolicy: 'FAIL',
      args: [input],
      staticSummary: `${what} ${host} on ${site.name}`,
    });
    if (json) return io.out(jsonText('host', { workflowId, worker: seen }));
    const then =
      what === 'exclude'
        ? `Nothing changes until it is approved:\n  semester plan ${workflowId} exclude\n  semester approve ${workflowId} exclude --by YOU`
        : `Watch it: semester status ${workflowId} --watch`;
    return io.out(`Started ${workflowId}. ${then}`);
  });
}

/** `host open`: opens logins after an abort that left them closed because homes had been wiped. */
function openCommand(io: Io): Command {
  return new Command('open')
    .description('Open logins of a host that an abort left closed')
    .argument('<host>', 'short name, as in site.yaml')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester host open asahi')
    .action((host: string, { json }: { json?: boolean }) =>
      io.withClient(async (client) => {
        const proof = await inspect(client, 'open-logins', { host });
        io.out(json ? jsonText('host', proof) : proof.summary);
      }),
    );
}
