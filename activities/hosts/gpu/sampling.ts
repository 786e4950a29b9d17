import { durationMs } from '../../../domain/moments.ts';
import { startRounds, type LookAtHosts, type Rounds } from '../rounds.ts';
import { sampleGpus, type SampleDependencies } from './samples.ts';

export interface SamplingDependencies extends SampleDependencies {
  /** Identifies this worker in the claim; unique per process. */
  readonly worker: string;
}

/** The worker that samples, and until when the others do not. */
interface Claim {
  readonly worker: string;
  /** UTC. */
  readonly until: string;
}

const CLAIM = 'gpu-sampling';
const MINUTE_MS = 60_000;
/**
 * Lease as a multiple of the interval. Below the gap of `sampleGpus`, so rows continue when another worker takes over.
 */
const LEASE = 1.5;
/** Longer than the deadline of the command. */
const DEADLINE_MS = 2 * MINUTE_MS;

/** Takes the claim, or renews it, unless another worker holds it. Returns the current claim. */
function claim({ store, clock, worker }: SamplingDependencies, leaseMs: number): Promise<Claim> {
  const now = clock();
  const mine = { worker, until: new Date(now.getTime() + leaseMs).toISOString() };
  return store.changeNamed<Claim>(CLAIM, (before) =>
    before === null || before.worker === worker || Date.parse(before.until) <= now.getTime() ? mine : before,
  );
}

/** Ends the claim early, so another worker need not wait for its expiry. */
async function release({ store, clock, worker }: SamplingDependencies): Promise<void> {
  if ((await store.getNamed<Claim>(CLAIM))?.worker !== worker) return;
  const at = clock().toISOString();
  await store.changeNamed<Claim>(CLAIM, (before) =>
    before === null || before.worker === worker ? { worker, until: at } : before,
  );
}

/** Samples if this worker holds or gets the claim. Returns the milliseconds until the next call. */
export async function sampleInTurn(dependencies: SamplingDependencies, look: LookAtHosts): Promise<number> {
  const { gpus } = await dependencies.site();
  if (gpus.sample === undefined) return MINUTE_MS;
  const everyMs = durationMs(gpus.sample);
  const { worker, until } = await claim(dependencies, LEASE * everyMs);
  if (worker !== dependencies.worker) {
    const left = Date.parse(until) - dependencies.clock().getTime();
    return Math.max(Math.min(left, everyMs), 0) + 1;
  }
  await sampleGpus(dependencies, look);
  // Silent hosts take time, so the lease starts anew: the next turn is one interval from now.
  await claim(dependencies, LEASE * everyMs);
  return everyMs;
}

/**
 * Samples at the site's interval, which is read anew each time, until `stop`. Of several workers on one store one samples; another
 * takes over where that one stops or dies. `failed` gets what went wrong; sampling goes on.
 */
export function startSampling(dependencies: SamplingDependencies, failed: (what: unknown) => void): Rounds {
  const rounds = startRounds((look) => sampleInTurn(dependencies, look), {
    firstMs: 0,
    deadlineMs: DEADLINE_MS,
    failed,
  });
  return {
    async stop() {
      await rounds.stop();
      await release(dependencies).catch(failed);
    },
  };
}
