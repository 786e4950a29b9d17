import { observe, type Holders } from '../../../domain/gpu-holders.ts';
import { durationMs } from '../../../domain/moments.ts';
import type { Site } from '../../../domain/site.ts';
import type { Remote } from '../remote/remote.ts';
import { lookAtGpus } from './gpus.ts';
import type { Store } from '../../store/store.ts';
import type { GpuActivities } from './contract.ts';

export interface SampleDependencies {
  readonly site: () => Promise<Site>;
  readonly store: Pick<Store, 'getNamed' | 'putNamed'>;
  readonly remote: Pick<Remote, 'run'>;
  readonly clock: () => Date;
}

const nameOf = (host: string) => `gpu-holders/${host}`;

/** R9: what the samples say. */
export function gpuHolders({
  site: read,
  store,
}: Pick<SampleDependencies, 'site' | 'store'>): GpuActivities['gpuHolders'] {
  return async () => {
    const site = await read();
    const hosts = await Promise.all(
      site.hosts.map(async ({ name: host }) => ({ host, sampled: await store.getNamed<Holders>(nameOf(host)) })),
    );
    return { every: site.gpus.sample ?? null, hosts };
  };
}

/** Looks at every host once. A host that is down is left out: its rows begin anew. Never throws. */
export async function sampleGpus({ site, store, remote, clock }: SampleDependencies): Promise<void> {
  const { hosts, gpus } = await site();
  if (gpus.sample === undefined) return;
  const gapMs = 2.5 * durationMs(gpus.sample);
  await Promise.allSettled(
    hosts.map(async ({ name: host }) => {
      const { at, uses } = await lookAtGpus({ remote, clock })({ host });
      await store.putNamed(nameOf(host), observe(await store.getNamed<Holders>(nameOf(host)), uses, at, gapMs));
    }),
  );
}

const MINUTE_MS = 60_000;

/** Samples at the site's interval, which is read anew each time, until `stop`. `failed` hears why site.yaml cannot be read. */
export function startSampling(deps: SampleDependencies, failed: (error: unknown) => void): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const next = async () => {
    let pause = MINUTE_MS;
    try {
      const { gpus } = await deps.site();
      if (gpus.sample !== undefined) {
        pause = durationMs(gpus.sample);
        await sampleGpus(deps);
      }
    } catch (error) {
      failed(error);
    }
    if (!stopped) timer = setTimeout(again, pause);
  };
  const again = () => {
    running = next();
  };
  again();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
