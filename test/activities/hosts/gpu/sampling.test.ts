import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { sampleInTurn, startSampling } from '../../../../activities/hosts/gpu/sampling.ts';
import { hostLooks } from '../../../../activities/hosts/rounds.ts';
import { temporaryStore } from '../../../support/store.ts';
import type { Store } from '../../../../activities/store/store.ts';
import type { Holders } from '../../../../domain/gpu-holders.ts';
import type { Site } from '../../../../domain/site.ts';
import { fakeRemote } from '../fake-remote.ts';

const MINUTE = 60_000;
const EVERY = 10 * MINUTE;
const NOTHING = '--\n--\n<nvidia_smi_log></nvidia_smi_log>\n';
const START = Date.parse('2027-03-02T00:00:00Z');

let store: Store;
beforeAll(async () => {
  store = await temporaryStore();
});
afterAll(() => store.close());

/** Workers of one site, whose only host is sampled every ten minutes. Each test has its own `hosts`. */
function workersOf(host: string) {
  let now = START;
  const site = async () => ({ hosts: [{ name: host }], gpus: { sample: 'PT10M' } }) as unknown as Site;
  const worker = (name: string, text: () => string = () => NOTHING) => {
    const remote = fakeRemote(text);
    const dependencies = { site, store, remote, clock: () => new Date(now), worker: name };
    const { look } = hostLooks({ deadlineMs: MINUTE, failed: (what) => expect.fail(String(what)) });
    return { dependencies, turn: () => sampleInTurn(dependencies, look), samples: () => remote.calls.length };
  };
  return { worker, pass: (ms: number) => (now += ms), sampled: () => store.getNamed<Holders>(`gpu-holders/${host}`) };
}

test('one of two workers samples; the other takes over when the first is dead', async () => {
  await store.putNamed('gpu-sampling', { worker: 'long dead', until: '2027-03-01T00:00:00Z' });
  const { worker, pass, sampled } = workersOf('asahi');
  const [first, second] = [worker('first'), worker('second')];
  const turns = await Promise.all([first.turn(), second.turn()]);
  expect(first.samples() + second.samples()).toBe(1);
  const [holder, other] = first.samples() === 1 ? [first, second] : [second, first];
  expect(turns.toSorted((a, b) => a - b)).toEqual([EVERY, EVERY + 1]);

  for (let n = 2; n <= 4; n++) {
    pass(EVERY);
    await Promise.all([holder.turn(), other.turn()]);
    expect([holder.samples(), other.samples()]).toEqual([n, 0]);
  }

  // The holder is dead from here on. The other waits until its claim expires, and no longer.
  pass(EVERY);
  const wait = await other.turn();
  expect([wait, other.samples()]).toEqual([5 * MINUTE + 1, 0]);
  pass(wait);
  expect(await other.turn()).toBe(EVERY);
  expect(other.samples()).toBe(1);
  expect((await sampled())?.at).toBe(new Date(START + 4 * EVERY + 5 * MINUTE + 1).toISOString());
  // The first worker was only slow: it comes back, and leaves sampling to the other.
  await holder.turn();
  expect(holder.samples()).toBe(4);
});

test('a sample that ends late does not replace a later one', async () => {
  const { worker, pass, sampled } = workersOf('bernini');
  await store.putNamed('gpu-sampling', { worker: 'late', until: '2027-03-01T00:00:00Z' });
  const later = { at: new Date(START + MINUTE).toISOString(), holders: [] };
  await worker('late', () => {
    void store.putNamed('gpu-holders/bernini', later);
    return NOTHING;
  }).turn();
  expect(await sampled()).toEqual(later);
  pass(EVERY);
  await worker('late').turn();
  expect((await sampled())?.at).toBe(new Date(START + EVERY).toISOString());
});

test('a stopping worker releases its claim, another one continues, and an error does not end it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: START });
  onTestFinished(() => void vi.useRealTimers());
  const named = new Map<string, unknown>();
  const memory = {
    getNamed: async <T>(name: string) => (named.get(name) ?? null) as T | null,
    async changeNamed<T>(name: string, change: (before: T | null) => T) {
      named.set(name, change((named.get(name) ?? null) as T | null));
      return named.get(name) as T;
    },
  };
  let wrong = false;
  const site = async () => {
    if (wrong) throw new Error('site.yaml: no YAML');
    return { hosts: [{ name: 'asahi' }], gpus: { sample: 'PT10M' } } as unknown as Site;
  };
  const failures: unknown[] = [];
  const begin = (worker: string) => {
    const remote = fakeRemote(() => NOTHING);
    const dependencies = { site, store: memory, remote, clock: () => new Date(), worker };
    const sampling = startSampling(dependencies, (error) => failures.push(error));
    return { sampling, samples: () => remote.calls.length };
  };
  const first = begin('first');
  await vi.advanceTimersByTimeAsync(MINUTE);
  const second = begin('second');
  await vi.advanceTimersByTimeAsync(2 * EVERY);
  expect([first.samples(), second.samples()]).toEqual([3, 0]);

  await first.sampling.stop();
  await vi.advanceTimersByTimeAsync(EVERY + 1);
  expect([first.samples(), second.samples()]).toEqual([3, 1]);

  wrong = true;
  await vi.advanceTimersByTimeAsync(EVERY);
  expect(failures).toContainEqual(new Error('site.yaml: no YAML'));
  wrong = false;
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(second.samples()).toBe(2);

  // Another file in this process may have timers of its own.
  const timers = vi.getTimerCount();
  await second.sampling.stop();
  expect(vi.getTimerCount()).toBe(timers - 1);
  await vi.advanceTimersByTimeAsync(3 * EVERY);
  expect([first.samples(), second.samples()]).toEqual([3, 2]);
});
