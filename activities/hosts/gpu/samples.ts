import { observe, type Holders } from '../../../domain/gpu-holders.ts';
import { durationMs } from '../../../domain/moments.ts';
import type { Site } from '../../../domain/site.ts';
import type { Remote } from '../remote/remote.ts';
import type { LookAtHosts } from '../rounds.ts';
import { lookAtGpus } from './gpus.ts';
import type { Store } from '../../store/store.ts';
import type { GpuActivities } from './contract.ts';

export interface SampleDependencies {
  readonly site: () => Promise<Site>;
  readonly store: Pick<Store, 'getNamed' | 'changeNamed'>;
  readonly remote: Pick<Remote, 'run'>;
  readonly clock: () => Date;
}

const nameOf = (host: string) => `gpu-holders/${host}`;

/** R9: the current result of sampling. */
export function gpuHolders({
  site: read,
  store,
}: {
  readonly site: () => Promise<Site>;
  readonly store: Pick<Store, 'getNamed'>;
}): GpuActivities['gpuHolders'] {
  return async () => {
    const site = await read();
    const hosts = await Promise.all(
      site.hosts.map(async ({ name: host }) => ({ host, sampled: await store.getNamed<Holders>(nameOf(host)) })),
    );
    return { every: site.gpus.sample ?? null, hosts };
  };
}

/** Samples every host once. A host that is down has rows that start anew. Never throws because of a host. */
export async function sampleGpus({ site, store, remote, clock }: SampleDependencies, look: LookAtHosts): Promise<void> {
  const { hosts, gpus } = await site();
  if (gpus.sample === undefined) return;
  const gapMs = 2.5 * durationMs(gpus.sample);
  await look(
    hosts.map(({ name }) => name),
    async (host, signal) => {
      const { at, uses } = await lookAtGpus({ remote, clock }, signal)({ host });
      const held = uses.filter(({ screen }) => !screen);
      // A slow sample by a worker that has lost its claim is older than the record.
      await store.changeNamed<Holders>(nameOf(host), (before) =>
        before !== null && before.at >= at ? before : observe(before, held, at, gapMs),
      );
    },
  );
}
