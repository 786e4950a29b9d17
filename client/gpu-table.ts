import { idleFor, type Holder } from '../domain/gpu-holders.ts';
import { inReadersTime, type Reader } from './reader.ts';
import { table } from './table.ts';
import type { HostGpus, HostResult, SampledHosts } from '../activities/hosts/gpu/contract.ts';

const percent = (share: number | null) => (share === null ? '?' : `${share} %`);
/** Users choose these names: replaces control characters, which could move the cursor. */
const printable = (text: string) => text.replace(/\p{Cc}/gu, '\u{fffd}').slice(0, 100);

/** Renders every GPU of every host and the processes on it; for a host that could not be checked, the reason. */
export function gpuTable(hosts: readonly HostResult[], reader: Reader, columns: number | null = null): string {
  const head = ['host', 'GPU', 'memory (MiB)', 'busy', 'process', 'user', 'since', 'command'];
  const rows = hosts.flatMap((result) =>
    'problem' in result
      ? [[result.host, { colSpan: 7, content: `not checked: ${printable(result.problem)}` }]]
      : hostRows(result, reader),
  );
  return table(columns, head, rows);
}

function hostRows({ host, gpus, uses }: HostGpus, reader: Reader) {
  const rows = gpus.flatMap(({ index, name, memoryMiB, usedMiB, utilisation }) => {
    const gpu = `${index}: ${name}`;
    const gpuUses = uses.filter((use) => use.gpu === gpu);
    const total = [host, gpu, `${usedMiB} of ${memoryMiB}`, percent(utilisation)];
    return [
      [...total, ...(gpuUses.length === 0 ? ['', '(free)', '', ''] : ['', '', '', ''])],
      ...gpuUses.map((use) => [
        '',
        '',
        String(use.memoryMiB),
        percent(use.utilisation),
        String(use.pid),
        printable(use.user),
        inReadersTime(use.since, reader),
        printable(use.command),
      ]),
    ];
  });
  return rows.length > 0 ? rows : [[host, 'none', '', '', '', '', '', '']];
}

interface IdleHolder extends Holder {
  readonly host: string;
}

/**
 * Renders the processes that have held a GPU for at least `leastMs` without using it. `every` is the sampling interval
 * (ISO-8601). The text also names the hosts without any sample.
 */
export function idleReport(
  { every, hosts }: SampledHosts,
  { span, leastMs, reader, columns = null }: { span: string; leastMs: number; reader: Reader; columns?: number | null },
): { text: string; idle: readonly IdleHolder[] } {
  const idle = hosts.flatMap(({ host, sampled }) =>
    sampled === null ? [] : idleFor(sampled, leastMs).map((holder) => ({ host, ...holder })),
  );
  const unsampled = hosts.flatMap(({ host, sampled }) => (sampled === null ? [host] : []));
  const last = hosts
    .flatMap(({ sampled }) => (sampled === null ? [] : [sampled.at]))
    .toSorted()
    .at(-1);
  const head = ['host', 'GPU', 'memory (MiB)', 'process', 'user', 'idle since', 'samples', 'command'];
  const rows = idle.map((holder) => [
    holder.host,
    holder.gpu,
    holder.memoryMiB,
    holder.pid,
    printable(holder.user),
    inReadersTime(holder.idleSince ?? holder.since, reader),
    holder.idleSamples,
    printable(holder.command),
  ]);
  const lines = [
    idle.length > 0 ? table(columns, head, rows) : `No process has held a GPU for ${span} without using it.`,
    last === undefined
      ? 'No host has been sampled yet.'
      : `One sample of one second every ${every}; use in between is not seen. Last sample: ${inReadersTime(last, reader)}.`,
    ...(unsampled.length > 0 ? [`Not sampled yet: ${unsampled.join(', ')}`] : []),
  ];
  return { text: lines.join('\n'), idle };
}
