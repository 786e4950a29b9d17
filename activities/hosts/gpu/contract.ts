import { reads, type AuthorityOf } from '../../../domain/authority.ts';
import type { Holders, SampledUse } from '../../../domain/gpu-holders.ts';

export interface GpuUse extends SampledUse {
  readonly host: string;
  /** Whether it draws the screen for an account of the system (X server, login screen): shown, but nobody's work. */
  readonly screen: boolean;
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
    /** In percent; null if the driver does not report it, as of a divided GPU (MIG). */
    readonly utilisation: number | null;
  }[];
  readonly uses: readonly GpuUse[];
}

/** The GPUs of a host, or why they could not be read. */
export type HostResult = { readonly host: string; readonly problem: string } | HostGpus;

/** The result of sampling. `sampled` is null if a host was never sampled. */
export interface SampledHosts {
  /** `gpus.sample` of site.yaml; null: off. */
  readonly every: string | null;
  readonly hosts: readonly { readonly host: string; readonly sampled: Holders | null }[];
}

/** R9: GPU use. */
export interface GpuActivities {
  /** R9. The processes that use GPUs of one host, without those that draw its screen. */
  gpuUsers(a: { host: string }): Promise<readonly GpuUse[]>;
  /** R9. The GPUs of one host, including unused ones. */
  lookAtGpus(a: { host: string }): Promise<HostGpus>;
  /** Users that hold a GPU without using it. */
  gpuHolders(a: Record<never, never>): Promise<SampledHosts>;
}

/** The authority that each activity needs. */
export const gpuAuthority = {
  gpuHolders: reads,
  gpuUsers: reads,
  lookAtGpus: reads,
} as const satisfies AuthorityOf<GpuActivities>;
