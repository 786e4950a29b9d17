import Table from 'cli-table3';
import { idleFor, type Holder } from '../domain/gpu-holders.ts';
import type { HostGpus, SampledHosts } from '../activities/hosts/gpu/contract.ts';

/** What a host shows, or why it could not be looked at. */
export type HostLook = { readonly host: string; readonly problem: string } | HostGpus;

const plainStyle = { head: [], border: [] };
const percent = (share: number | null) => (share === null ? '?' : `${share} %`);
/** What others have named must not move the cursor. */
const printable = (text: string) => text.replace(/\p{Cc}/gu, '\u{fffd}').slice(0, 100);

/** `2027-03-02 09:15`, in the site's zone. */
function minuteIn(zone: string, instant: string): string {
  const parts = { dateStyle: 'short', timeStyle: 'short', timeZone: zone } as const;
  return new Intl.DateTimeFormat('sv-SE', parts).format(new Date(instant));
}

/** Every GPU of every host, and the processes on it; hosts that could not be looked at with the reason. */
export function gpuTable(hosts: readonly HostLook[], zone: string): string {
  const head = ['host', 'GPU', 'memory (MiB)', 'busy', 'process', 'user', 'since', 'command'];
  const view = new Table({ head, style: plainStyle });
  for (const look of hosts) {
    if ('problem' in look) view.push([look.host, { colSpan: 7, content: `not looked at: ${printable(look.problem)}` }]);
    else view.push(...hostRows(look, zone));
  }
  return view.toString();
}

function hostRows({ host, gpus, uses }: HostGpus, zone: string) {
  const rows = gpus.flatMap(({ index, name, memoryMiB, usedMiB, utilisation }) => {
    const gpu = `${index}: ${name}`;
    const on = uses.filter((use) => use.gpu === gpu);
    const whole = [host, gpu, `${usedMiB} of ${memoryMiB}`, percent(utilisation)];
    return [
      [...whole, ...(on.length === 0 ? ['', 'nobody', '', ''] : ['', '', '', ''])],
      ...on.map((use) => [
        '',
        '',
        String(use.memoryMiB),
        percent(use.utilisation),
        String(use.pid),
        printable(use.user),
        minuteIn(zone, use.since),
        printable(use.command),
      ]),
    ];
  });
  return rows.length > 0 ? rows : [[host, 'none', '', '', '', '', '', '']];
}

interface Idle extends Holder {
  readonly host: string;
}

/** Who has held a GPU for a span without using it; which hosts have not been sampled for as long is said as well. */
export function idleReport(
  { every, hosts }: SampledHosts,
  { span, leastMs, zone }: { span: string; leastMs: number; zone: string },
): { text: string; idle: readonly Idle[] } {
  const idle = hosts.flatMap(({ host, sampled }) =>
    sampled === null ? [] : idleFor(sampled, leastMs).map((holder) => ({ host, ...holder })),
  );
  const unseen = hosts.flatMap(({ host, sampled }) => (sampled === null ? [host] : []));
  const last = hosts
    .flatMap(({ sampled }) => (sampled === null ? [] : [sampled.at]))
    .toSorted()
    .at(-1);
  const head = ['host', 'GPU', 'memory (MiB)', 'process', 'user', 'idle since', 'samples', 'command'];
  const view = new Table({ head, style: plainStyle });
  for (const one of idle) {
    const since = minuteIn(zone, one.idleSince ?? one.since);
    view.push([
      one.host,
      one.gpu,
      one.memoryMiB,
      one.pid,
      printable(one.user),
      since,
      one.idleSamples,
      printable(one.command),
    ]);
  }
  const lines = [
    idle.length > 0 ? view.toString() : `Nobody has held a GPU for ${span} without using it.`,
    last === undefined
      ? 'No host has been sampled yet.'
      : `By one second in ${every} each; the last sample: ${minuteIn(zone, last)}. What ran in between was not seen.`,
    ...(unseen.length > 0 ? [`Not sampled yet: ${unseen.join(', ')}`] : []),
  ];
  return { text: lines.join('\n'), idle };
}
