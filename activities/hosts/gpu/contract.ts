import { reads, type AuthorityOf } from '../../../domain/authority.ts';
import type { Holders, SampledUse } from '../../../domain/gpu-holders.ts';

export interface GpuUse extends SampledUse {
  readonly host: string;
}

export interface HostGpus {
  readonly host: string;
  /** UTC. */
  readonly at: string;
  readonly gpus: readonly {
    readonly index: string;
    readonly name: string;
    readonly memoryMiB: number;
    readonly usedMiB: number;
    readonly utilisation: number | null;
  }[];
  readonly uses: readonly GpuUse[];
}

/** What is known from samples: null where a host was never sampled. */
export interface SampledHosts {
  /** `gpus.sample` of site.yaml; null: off. */
  readonly every: string | null;
  readonly hosts: readonly { readonly host: string; readonly sampled: Holders | null }[];
}

/** R9: who uses which GPU. */
export interface GpuActivities {
  /** R9. Who uses which GPU of one host. */
  gpuUsers(a: { host: string }): Promise<readonly GpuUse[]>;
  /** R9. The GPUs of one host, also those that nobody uses. */
  lookAtGpus(a: { host: string }): Promise<HostGpus>;
  /** Who holds a GPU without using it. */
  gpuHolders(a: Record<never, never>): Promise<SampledHosts>;
}

/** By what right each of them acts. */
export const gpuAuthority = {
  gpuHolders: reads,
  gpuUsers: reads,
  lookAtGpus: reads,
} as const satisfies AuthorityOf<GpuActivities>;
