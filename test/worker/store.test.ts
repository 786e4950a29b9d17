import { expect, test } from 'vitest';
import { storeOf } from '../../worker/store.ts';
import type { Site } from '../../domain/site.ts';

const site = { stateDir: '/var/lib/gpu-semester' } as Site;
const databaseUrl = 'postgres://semester:pass-word@db/semester';

test('a worker without an address of PostgreSQL does not start, and says what to type', () => {
  expect(() => storeOf('postgres', site, {})).toThrow(/SEMESTER_DATABASE_URL.*semester store move.*--store embedded/);
  expect(storeOf('postgres', site, { databaseUrl })).toEqual({ dir: site.stateDir, databaseUrl });
});

test('the embedded store is used only where it is demanded, and never beside PostgreSQL', () => {
  expect(storeOf('embedded', site, {})).toEqual({ dir: site.stateDir });
  expect(() => storeOf('embedded', site, { databaseUrl })).toThrow(/SEMESTER_DATABASE_URL is set/);
  expect(() => storeOf('embedded', site, { databaseUrl })).not.toThrow(/pass-word/);
});
