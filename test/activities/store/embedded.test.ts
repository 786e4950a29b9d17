import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../../activities/store/open.ts';
import type { Store } from '../../../activities/store/store.ts';
import { temporaryStore } from '../../support/store.ts';
import { storeSuite } from './suite.ts';

describe('the store on PGlite', () => {
  let store: Store;
  beforeAll(async () => {
    store = await temporaryStore();
  }, 60_000);
  afterAll(() => store.close());
  storeSuite(() => store);
});

describe('the embedded database in a folder', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'store-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  test('keeps its data when it is opened again, and admits one process at a time', async () => {
    const first = await openStore({ dir, clock: () => new Date('2027-02-03T04:05:06.789Z') });
    await first.claimMail({ semester: 's', kind: 'k', edition: 0, person: 'p' }, '<m@x>');
    await expect(openStore({ dir })).rejects.toMatchObject({ type: 'ConfigInvalid' });
    await first.close();
    const second = await openStore({ dir });
    expect(await second.listMail('s')).toMatchObject([{ state: 'intended', at: '2027-02-03T04:05:06.789Z' }]);
    await second.close();
  }, 60_000);
});
