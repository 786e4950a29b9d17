import { afterAll, beforeAll, expect, test } from 'vitest';
import { agreeDockerRanges, promisedRanges } from '../../../../activities/hosts/docker/docker-ranges.ts';
import { temporaryStore } from '../../../support/store.ts';
import type { Store } from '../../../../activities/store/store.ts';
import { rangeDependencies } from './range-dependencies.ts';

let store: Store;
beforeAll(async () => {
  store = await temporaryStore();
}, 60_000);
afterAll(() => store.close());

test('two concurrent choices take different ranges, and each keeps its own', async () => {
  // Simulates two workers that share only the store.
  const agree = (user: string) => agreeDockerRanges(rangeDependencies(store))({ users: [user] });
  await Promise.all(['erin', 'frank'].map(agree));
  const first = await promisedRanges(store, 'lab');
  expect(new Set(Object.values(first).map(({ start }) => start))).toEqual(new Set([100_000, 165_536]));
  await Promise.all(['frank', 'grace', 'erin'].map(agree));
  expect(await promisedRanges(store, 'lab')).toEqual({ ...first, grace: { start: 231_072, count: 65_536 } });
});
