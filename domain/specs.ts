import type { GpuHost } from './site.ts';

/** The hardware that a host reports. */
export interface Specs {
  /** The name of each GPU as its driver reports it: `NVIDIA GeForce RTX 3090`. */
  readonly gpus: readonly string[];
  readonly memoryKiB: number;
  /** Number of hardware threads. */
  readonly cores: number;
  readonly cpu: string;
}

/** A value of site.yaml that differs from what the host reports. */
export interface SpecDifference {
  readonly key: 'gpu' | 'gpuCount' | 'memory' | 'cores' | 'cpu';
  /** The value in site.yaml. */
  readonly said: string;
  readonly found: string;
}

const VENDOR = new Set(['nvidia', 'geforce', 'quadro', 'tesla', 'intel', 'amd', 'r', 'tm', 'cpu', 'processor']);
/** Form factor and memory of a card: the driver reports them, people usually omit them. */
const VARIANT = /^(\d+gb|pcie|sxm\d?|hbm\d\w?|laptop|gpu)$/;

const words = (text: string) => (text.toLowerCase().match(/[a-z0-9.]+/g) ?? []).filter((word) => !VENDOR.has(word));

/** `RTX 3090` matches `NVIDIA GeForce RTX 3090`, not `RTX 3090 Ti`. */
function sameGpu(configured: string, found: string): boolean {
  const wanted = words(configured);
  const there = words(found).filter((word) => wanted.includes(word) || !VARIANT.test(word));
  return wanted.join(' ') === there.join(' ');
}

const UNITS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  // People write GB for GB and GiB.
  gb: [1e9, 2 ** 30],
  gib: [2 ** 30, 2 ** 30],
  tb: [1e12, 2 ** 40],
  tib: [2 ** 40, 2 ** 40],
};
const RESERVED_BY_FIRMWARE = 0.1;

/** Null if the text contains no amount. */
function sameMemory(configured: string, foundKiB: number): boolean | null {
  const [, amount, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([GT]i?B)\b/i.exec(configured) ?? [];
  const range = UNITS[unit.toLowerCase()];
  if (amount === undefined || range === undefined) return null;
  const found = foundKiB * 1024;
  return found >= Number(amount) * range[0] * (1 - RESERVED_BY_FIRMWARE) && found <= Number(amount) * range[1] * 1.01;
}

/**
 * Compares site.yaml with the host. `256 GB` matches 251 GiB; a CPU matches if its name contains all words of
 * site.yaml.
 */
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
