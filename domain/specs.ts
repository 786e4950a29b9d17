import type { GpuHost } from './site.ts';

/** What a host says that it is. */
export interface Specs {
  /** Each GPU's name, as its driver says: `NVIDIA GeForce RTX 3090`. */
  readonly gpus: readonly string[];
  readonly memoryKiB: number;
  /** Threads counted. */
  readonly cores: number;
  readonly cpu: string;
}

/** What site.yaml says of a host and the host does not. */
export interface SpecDifference {
  readonly key: 'gpu' | 'gpuCount' | 'memory' | 'cores' | 'cpu';
  readonly said: string;
  readonly found: string;
}

const VENDOR = new Set(['nvidia', 'geforce', 'quadro', 'tesla', 'intel', 'amd', 'r', 'tm', 'cpu', 'processor']);
/** How a card is built in, and how much memory it has: said by the driver, seldom by people. */
const VARIANT = /^(\d+gb|pcie|sxm\d?|hbm\d\w?|laptop|gpu)$/;

const words = (text: string) => (text.toLowerCase().match(/[a-z0-9.]+/g) ?? []).filter((word) => !VENDOR.has(word));

/** `RTX 3090` is an `NVIDIA GeForce RTX 3090`, and no `RTX 3090 Ti`. */
function sameGpu(said: string, found: string): boolean {
  const wanted = words(said);
  const there = words(found).filter((word) => wanted.includes(word) || !VARIANT.test(word));
  return wanted.join(' ') === there.join(' ');
}

const UNITS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  // People say GB for either; and the firmware keeps some of it to itself.
  gb: [1e9, 2 ** 30],
  gib: [2 ** 30, 2 ** 30],
  tb: [1e12, 2 ** 40],
  tib: [2 ** 40, 2 ** 40],
};
const RESERVED_BY_FIRMWARE = 0.1;

/** Null where the text names no amount. */
function sameMemory(said: string, foundKiB: number): boolean | null {
  const [, amount, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([GT]i?B)\b/i.exec(said) ?? [];
  const range = UNITS[unit.toLowerCase()];
  if (amount === undefined || range === undefined) return null;
  const found = foundKiB * 1024;
  return found >= Number(amount) * range[0] * (1 - RESERVED_BY_FIRMWARE) && found <= Number(amount) * range[1] * 1.01;
}

/** `256 GB` names an amount that 251 GiB are; a CPU is the same where all words of site.yaml are in its own name. */
export function specDifferences(
  host: Pick<GpuHost, 'gpu' | 'gpuCount' | 'memory' | 'cores' | 'cpu'>,
  specs: Specs,
): readonly SpecDifference[] {
  const kinds = [...new Set(specs.gpus)];
  const differences: SpecDifference[] = [];
  if (!kinds.every((kind) => sameGpu(host.gpu, kind)) || kinds.length === 0)
    differences.push({ key: 'gpu', said: host.gpu, found: kinds.join(', ') || '-' });
  if (specs.gpus.length !== host.gpuCount)
    differences.push({ key: 'gpuCount', said: String(host.gpuCount), found: String(specs.gpus.length) });
  if (sameMemory(host.memory, specs.memoryKiB) === false)
    differences.push({ key: 'memory', said: host.memory, found: `${Math.round(specs.memoryKiB / 2 ** 20)} GiB` });
  if (host.cores !== undefined && host.cores !== specs.cores)
    differences.push({ key: 'cores', said: String(host.cores), found: String(specs.cores) });
  const model = words(specs.cpu);
  if (!words(host.cpu).every((word) => model.includes(word)))
    differences.push({ key: 'cpu', said: host.cpu, found: specs.cpu });
  return differences;
}
