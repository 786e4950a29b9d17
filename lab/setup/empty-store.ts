import { createHash } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { openStore } from '../../activities/store/open.ts';
import { MIGRATIONS } from '../../activities/store/schema.ts';
import manifest from '../../package.json' with { type: 'json' };
import { cached, type Progress } from './cache.ts';

/** An empty embedded store, made once: PostgreSQL's `initdb` takes five seconds of processor time, a copy of its files none. */
export async function emptyStore(progress: Progress = () => {}): Promise<string> {
  const made = [manifest.dependencies['@electric-sql/pglite'], ...MIGRATIONS];
  const digest = createHash('sha256').update(JSON.stringify(made)).digest('hex').slice(0, 16);
  return cached(`store-${digest}`, async (aside) => {
    progress('Making an empty embedded store');
    const store = await openStore({ dir: aside });
    await store.close();
  });
}

/** Copies the files of an empty store to `dir`, which is created. */
export async function copyEmptyStore(dir: string): Promise<void> {
  await cp(await emptyStore(), dir, { recursive: true, mode: 0 });
}
