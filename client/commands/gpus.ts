import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import type { HostResult } from '../../activities/hosts/gpu/contract.ts';
import { loadSite } from '../../config/load.ts';
import { durationMs } from '../../domain/moments.ts';
import { CliError, EXIT, describeError } from '../exit.ts';
import { gpuTable, idleReport } from '../gpu-table.ts';
import { CLEAR, type Io } from '../io.ts';
import { jsonLine, jsonText } from '../json.ts';
import { readerOf, type Reader } from '../reader.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import { deleteInspection, inspect } from '../workflows.ts';

interface Flags {
  readonly site: string;
  readonly watch?: boolean;
  readonly idle?: string | true;
  readonly json?: boolean;
}

const WATCH_MS = 60_000;
const DEFAULT_IDLE = 'P1D';

/** R9. `gpus`: who uses which GPU, on all hosts; or who holds a GPU without using it. */
export function gpusCommand(io: Io): Command {
  return new Command('gpus')
    .description('Show who uses the GPUs, or who holds a GPU without using it')
    .argument('[host...]', 'short names; default: every GPU server of site.yaml')
    .option('--watch', 'refresh every minute, until Ctrl-C')
    .option(
      '--idle [span]',
      'who has held a GPU for this long without using it, by the samples of gpus.sample; default: P1D',
    )
    .option('--site <file>', 'the site file', DEFAULT_SITE)
    .option('--json', 'print the table as JSON; with --watch one line each time')
    .addHelpText(
      'after',
      '\nExample:\n  semester gpus asahi bernini\n  semester gpus --watch\n  semester gpus --idle PT12H',
    )
    .action(async (named: string[], flags: Flags) => {
      const site = named.length > 0 ? await loadSite(flags.site).catch(() => null) : await loadSite(flags.site);
      const hosts = named.length > 0 ? named : (site?.hosts.map(({ name }) => name) ?? []);
      const reader = readerOf(site ?? {});
      await io.withClient((client) =>
        flags.idle === undefined
          ? showUse(io, client, hosts, reader, flags)
          : showIdle(io, client, named, reader, flags),
      );
    });
}

async function showUse(
  io: Io,
  client: Client,
  hosts: readonly string[],
  reader: Reader,
  { watch, json }: Flags,
): Promise<void> {
  for (; ; await io.pause(WATCH_MS)) {
    const results = await readGpus(client, hosts);
    const failed = results.flatMap((result) => ('problem' in result ? [`${result.host}: ${result.problem}`] : []));
    const error = failed.length > 0 ? `Could not check every host.\n${failed.join('\n')}` : null;
    const code = error === null ? EXIT.ok : EXIT.failed;
    const asJson = watch ? jsonLine : jsonText;
    const text = json ? asJson('gpus', results, { code, error }) : gpuTable(results, reader, io.columns);
    if (watch && !json && io.ask !== null) io.write(CLEAR);
    io.out(text);
    if (watch) continue;
    if (error !== null) throw new CliError(code, json ? '' : error);
    return;
  }
}

/** One workflow for all hosts. It is deleted after its answer: with `--watch` there would be half a million of them in a year. */
async function readGpus(client: Client, hosts: readonly string[]): Promise<readonly HostResult[]> {
  const workflowId = `inspect/gpus/${randomUUID()}`;
  try {
    return await inspect(client, 'gpus', { hosts }, workflowId);
  } catch (error) {
    if (error instanceof CliError && error.code === EXIT.notFound) throw error;
    const problem = describeError(error).message;
    return hosts.map((host) => ({ host, problem }));
  } finally {
    await deleteInspection(client, workflowId);
  }
}

async function showIdle(
  io: Io,
  client: Client,
  named: readonly string[],
  reader: Reader,
  { idle, json }: Flags,
): Promise<void> {
  const span = typeof idle === 'string' ? idle : DEFAULT_IDLE;
  let leastMs: number;
  try {
    leastMs = durationMs(span);
  } catch {
    throw new CliError(EXIT.usage, `--idle ${span} is no ISO-8601 duration, such as P1D or PT12H.`);
  }
  const sampled = await inspect(client, 'gpu-holders', {});
  if (sampled.every === null)
    throw new CliError(
      EXIT.usage,
      'The worker takes no samples. Set `gpus: { sample: PT10M }` in site.yaml, and try again in a day.',
    );
  const hosts = sampled.hosts.filter(({ host }) => named.length === 0 || named.includes(host));
  const report = idleReport({ every: sampled.every, hosts }, { span, leastMs, reader, columns: io.columns });
  io.out(json ? jsonText('gpus', report.idle) : report.text);
}
