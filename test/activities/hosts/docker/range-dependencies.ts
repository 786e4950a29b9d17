import type { Store } from '../../../../activities/store/store.ts';
import { siteAt } from '../../homepage/publishing.ts';
import { fakeRemote } from '../fake-remote.ts';

/** A worker's dependencies for agreeing on Docker ranges, with hosts that have none yet. */
export const rangeDependencies = (store: Store) => ({
  site: async () => ({ ...siteAt('/nowhere'), name: 'lab', docker: {} }),
  remote: fakeRemote(() => ''),
  clock: () => new Date('2027-03-02T00:00:00Z'),
  store,
});
