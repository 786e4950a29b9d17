import Table from 'cli-table3';
import { Command } from 'commander';
import type { GpuUse } from '../../activities/types.ts';
import { loadSite } from '../../config/load.ts';
import { CliError, EXIT, endingOf } from '../exit.ts';
import type { Io } from '../io.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import { inspect } from '../workflows.ts';

interface HostUse {
  readonly host: string;
  readonly uses: readonly GpuUse[];
  /** Why the host could not be looked at. */
  readonly problem?: string;
}

/** R9. `gpus`: who is using which GPU, host by host. */
export function gpusCommand(io: Io): Command {
  return new Command('gpus')
    .description('Show who is using the GPUs: host, GPU, process, account, memory')
    .argument('[host...]', 'short names; every GPU server of site.yaml when none is named')
    .option('--site <file>', 'where the names come from', DEFAULT_SITE)
    .option('--json', 'print the table as JSON')
    .addHelpText('after', '\nExample:\n  semester gpus asahi bernini')
    .action(async (named: string[], { site, json }: { site: string; json?: boolean }) => {
      const hosts = named.length > 0 ? named : (await loadSite(site)).hosts.map(({ name }) => name);
      const looked = await io.withClient((client) =>
        Promise.all(
          hosts.map((host): Promise<HostUse> =>
            inspect(client, 'gpus', { host }).then(
              (uses) => ({ host, uses }),
              (error: unknown) => {
                if (error instanceof CliError && error.code === EXIT.notFound) throw error;
                return { host, uses: [], problem: endingOf(error).message };
              },
            ),
          ),
        ),
      );
      io.out(json ? JSON.stringify(looked, null, 2) : table(looked));
      const failed = looked.flatMap(({ host, problem }) => (problem === undefined ? [] : [`${host}: ${problem}`]));
      if (failed.length > 0) throw new CliError(EXIT.failed, `Could not look at every host.\n${failed.join('\n')}`);
    });
}

function table(hosts: readonly HostUse[]): string {
  const view = new Table({ head: ['host', 'gpu', 'pid', 'user', 'MiB', 'command'], style: { head: [], border: [] } });
  for (const { host, uses, problem } of hosts) {
    if (problem === undefined && uses.length === 0) view.push([host, { colSpan: 5, content: 'nobody' }]);
    for (const use of uses) view.push([use.host, use.gpu, use.pid, use.user, use.memoryMiB, use.command]);
  }
  return view.toString();
}
