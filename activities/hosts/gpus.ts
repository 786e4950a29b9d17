import { refuse } from '../failures.ts';
import type { GpuUse, HostActivities } from '../types.ts';
import type { HostDeps } from './host-deps.ts';

/** R9. See `HostActivities.gpuUsers`. */
export function gpuUsers({ remote }: Pick<HostDeps, 'remote'>): HostActivities['gpuUsers'] {
  return async ({ host }) => parseGpus(host, await remote.run(host, { name: 'gpus', args: [] }));
}

/**
 * Joins nvidia-smi's two tables: GPUs (index, UUID, name, MiB), a line `--`, and processes with their owner before them
 * (owner, GPU's UUID, pid, MiB, command).
 * @throws ApplicationFailure `CommandFailed` when the output is of another shape
 */
export function parseGpus(host: string, text: string): readonly GpuUse[] {
  const [gpus = '', uses] = text.split(/^--$/m);
  if (uses === undefined)
    throw refuse('CommandFailed', `${host}: nvidia-smi answered ${JSON.stringify(text.slice(0, 500))}`);
  const names = new Map(
    rows(gpus).map(([index, uuid = '', ...name]) => [uuid, `${index}: ${name.slice(0, -1).join(', ')}`]),
  );
  return rows(uses).map(([user = '', uuid = '', pid, memory, ...command]) => ({
    host,
    gpu: names.get(uuid) ?? uuid,
    pid: Number(pid),
    user,
    // `[N/A]` where the driver does not say.
    memoryMiB: Number(memory) || 0,
    command: command.join(', '),
  }));
}

const rows = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(',').map((cell) => cell.trim()));
