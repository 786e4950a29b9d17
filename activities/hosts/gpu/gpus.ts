import { refuse } from '../../failures.ts';
import type { Remote } from '../remote/remote.ts';
import type { GpuUse, HostGpus, GpuActivities } from './contract.ts';

interface GpuDependencies {
  readonly remote: Pick<Remote, 'run'>;
  readonly clock: () => Date;
}

/** R9. See `HostActivities.lookAtGpus`. `signal` ends the look. */
export function lookAtGpus({ remote, clock }: GpuDependencies, signal?: AbortSignal): GpuActivities['lookAtGpus'] {
  return async ({ host }) => parseGpus(host, await remote.run(host, { name: 'gpus', args: [] }, { signal }), clock());
}

/** R9. See `HostActivities.gpuUsers`. */
export function gpuUsers(deps: GpuDependencies): GpuActivities['gpuUsers'] {
  const look = lookAtGpus(deps);
  return async (a) => (await look(a)).uses;
}

/**
 * Joins nvidia-smi's tables (`gpus.sh`): GPUs, processes with owner and age, and each one's share of its GPU.
 * @throws ApplicationFailure `CommandFailed` when the output is of another shape
 */
export function parseGpus(host: string, text: string, now: Date): HostGpus {
  const [gpus = '', uses, shares = ''] = text.split(/^--$/m);
  if (uses === undefined)
    throw refuse('CommandFailed', `${host}: nvidia-smi answered ${JSON.stringify(text.slice(0, 500))}`);
  const found = rows(gpus).map(([index = '', uuid = '', ...rest]) => {
    // A name may hold commas; what follows it does not.
    const [total, used, busy] = rest.slice(-3);
    const gpu = { name: rest.slice(0, -3).join(', '), memoryMiB: numberOf(total) ?? 0, usedMiB: numberOf(used) ?? 0 };
    return { uuid, index, ...gpu, utilisation: numberOf(busy) };
  });
  const named = new Map(found.map(({ uuid, index, name }) => [uuid, `${index}: ${name}`]));
  const share = sharesOf(shares);
  return {
    host,
    at: now.toISOString(),
    gpus: found.map(({ uuid: _uuid, ...gpu }) => gpu),
    uses: rows(uses).map(([user = '', began, uuid = '', pid = '', memory, ...command]): GpuUse => ({
      host,
      gpu: named.get(uuid) ?? uuid,
      pid: Number(pid),
      user,
      // `[N/A]` if the driver does not report it.
      memoryMiB: numberOf(memory) ?? 0,
      utilisation: share.size === 0 ? null : (share.get(pid) ?? 0),
      since: new Date(Number(began) * 1000).toISOString(),
      command: command.join(', ').trim(),
    })),
  };
}

const numberOf = (cell: string | undefined): number | null =>
  cell !== undefined && /^\d+$/.test(cell) ? Number(cell) : null;

/** pmon's columns are: GPU, process, type, share of its processors in percent; `-` while it does nothing. */
function sharesOf(table: string): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const line of table.split('\n')) {
    const [gpu = '', pid = '', , busy] = line.trim().split(/\s+/);
    if (!/^\d+$/.test(gpu) || !/^\d+$/.test(pid)) continue;
    // A process on several GPUs has several lines.
    shares.set(pid, Math.max(shares.get(pid) ?? 0, numberOf(busy) ?? 0));
  }
  return shares;
}

const rows = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(',').map((cell) => cell.trim()));
