import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openStore } from '../../activities/store/open.ts';
import type { Store } from '../../activities/store/store.ts';
import { copyEmptyStore } from '../../lab/setup/empty-store.ts';

/** An embedded store of its own; `close` deletes it. */
export async function temporaryStore(clock?: () => Date): Promise<Store> {
  const dir = await mkdtemp(path.join(tmpdir(), 'semester-store-'));
  await copyEmptyStore(dir);
  const store = await openStore({ dir, ...(clock && { clock }) });
  return {
    ...store,
    async close() {
      await store.close();
      await rm(dir, { recursive: true });
    },
  };
}
