import { DomUtils, parseDocument } from 'htmlparser2';
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
  return async (a) => (await look(a)).uses.filter(({ screen }) => !screen);
}

type Element = ReturnType<typeof DomUtils.getElementsByTagName>[number];

/** A GPU with the processes that its driver names. */
interface Card {
  readonly gpu: HostGpus['gpus'][number];
  readonly processes: readonly { readonly pid: string; readonly graphics: boolean; readonly memoryMiB: number }[];
}

/** Accounts of programs have lower ids, those of people this one or a higher one. */
const FIRST_PERSON = 1000;

/**
 * Joins the answer of `gpus.sh`: processes with owner and age, each one's share of its GPU, and the driver's report (`nvidia-smi -q -x`).
 * @throws ApplicationFailure `CommandFailed` when the output is of another shape
 */
export function parseGpus(host: string, text: string, now: Date): HostGpus {
  const [, owners, shares = '', report = ''] = /^([^]*?)^--$([^]*?)^--$([^]*)/m.exec(text) ?? [];
  const log = DomUtils.getElementsByTagName('nvidia_smi_log', parseDocument(report, { xmlMode: true }), true, 1)[0];
  if (owners === undefined || log === undefined)
    throw refuse('CommandFailed', `${host}: nvidia-smi answered ${JSON.stringify(text.slice(0, 500))}`);
  const cards = childrenOf(log, 'gpu').map(cardOf);
  const known = ownersOf(owners);
  const shareOf = sharesOf(cards, shares);
  const useOf = (gpu: string, { pid, graphics, memoryMiB }: Card['processes'][number]): GpuUse[] => {
    const owner = known.get(pid);
    // It has ended since.
    if (owner === undefined) return [];
    const { uid, user, since, command } = owner;
    const screen = graphics && uid < FIRST_PERSON;
    return [{ host, gpu, pid: Number(pid), user, memoryMiB, utilisation: shareOf(pid), since, command, screen }];
  };
  const shown = cards.flatMap(({ gpu, processes }) =>
    processes.flatMap((process) => useOf(`${gpu.index}: ${gpu.name}`, process)),
  );
  // A name that a user chose may hide what follows it in the report, as `<!--` does. gpus.sh finds each pid by itself.
  const seen = new Set(cards.flatMap(({ processes }) => processes.map(({ pid }) => pid)));
  const hidden = [...known.keys()].filter((pid) => !seen.has(pid));
  const uses = [...shown, ...hidden.flatMap((pid) => useOf('?', { pid, graphics: false, memoryMiB: 0 }))];
  return { host, at: now.toISOString(), gpus: cards.map(({ gpu }) => gpu), uses };
}

/** Reads one GPU of the report. The driver lists GPUs in the order of their indexes. */
function cardOf(gpu: Element, index: number): Card {
  // Of a divided GPU the driver knows neither its use nor that of a process.
  const divided = textAt(gpu, 'mig_mode', 'current_mig') === 'Enabled';
  const name = textAt(gpu, 'product_name');
  return {
    gpu: {
      index: String(index),
      name: divided ? `${name} (MIG)` : name,
      memoryMiB: amountOf(textAt(gpu, 'fb_memory_usage', 'total')) ?? 0,
      usedMiB: amountOf(textAt(gpu, 'fb_memory_usage', 'used')) ?? 0,
      utilisation: divided ? null : amountOf(textAt(gpu, 'utilization', 'gpu_util')),
    },
    processes: childrenOf(gpu, 'processes').flatMap((all) =>
      childrenOf(all, 'process_info').map((process) => ({
        pid: textAt(process, 'pid'),
        // `C` computes, `G` draws, `C+G` does both.
        graphics: textAt(process, 'type') === 'G',
        memoryMiB: amountOf(textAt(process, 'used_memory')) ?? 0,
      })),
    ),
  };
}

const childrenOf = (element: Element, name: string): readonly Element[] =>
  DomUtils.getElementsByTagName(name, element.children, false);

/** The text below a path of elements; empty if there is none. */
function textAt(element: Element, ...names: readonly string[]): string {
  const found = names.reduce<Element | undefined>((at, name) => at && childrenOf(at, name)[0], element);
  return found === undefined ? '' : DomUtils.textContent(found).trim();
}

/** The number of `24576 MiB` or `87 %`; null for `N/A`, `[Not Supported]`, `Unknown Error` and the like. */
const amountOf = (text: string): number | null => {
  const [, amount] = /^(\d+)(?: (?:MiB|%))?$/.exec(text) ?? [];
  return amount === undefined ? null : Number(amount);
};

interface Owner {
  readonly uid: number;
  readonly user: string;
  readonly since: string;
  readonly command: string;
}

/** The first part of the answer of `gpus.sh`, by process. A command may hold commas. */
function ownersOf(text: string): ReadonlyMap<string, Owner> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return new Map(
    lines.map((line) => {
      const [pid = '', uid, user = '', began, ...command] = line.split(',');
      const since = new Date(Number(began) * 1000).toISOString();
      return [pid, { uid: Number(uid), user, since, command: command.join(',').trim() }];
    }),
  );
}

const busyShare = (cell: string): number | null => amountOf(cell) || null;

/**
 * Each process's greatest share of a GPU; null where it is unknown. pmon's columns are: GPU, process, type, share in percent. A dash means
 * nothing or unknown: it counts as nothing only where the GPU itself did nothing, or another process did what the GPU did.
 */
function sharesOf(cards: readonly Card[], table: string): (pid: string) => number | null {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  const cells = new Map(rows.map(([gpu, pid, , busy = '']) => [`${gpu} ${pid}`, busy]));
  const onCard = ({ gpu, processes }: Card, pid: string): number | null => {
    const cell = cells.get(`${gpu.index} ${pid}`);
    if (cell === undefined) return null;
    const share = busyShare(cell);
    if (share !== null) return share;
    const others = () => processes.some((other) => busyShare(cells.get(`${gpu.index} ${other.pid}`) ?? '') !== null);
    return gpu.utilisation === 0 || (gpu.utilisation !== null && others()) ? 0 : null;
  };
  return (pid) => {
    const shares = cards
      .filter(({ processes }) => processes.some((one) => one.pid === pid))
      .map((card) => onCard(card, pid));
    const most = Math.max(...shares.map((share) => share ?? 0));
    return most === 0 && shares.includes(null) ? null : most;
  };
}
