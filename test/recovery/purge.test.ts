import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Client } from '@temporalio/client';
import { openStore } from '../../activities/store/open.ts';
import type { Store } from '../../activities/store/store.ts';
import { excludeGate } from '../../domain/gates/exclude.ts';
import { cutoffsOf, purge } from '../../recovery/purge.ts';
import { copyEmptyStore } from '../../lab/setup/empty-store.ts';
import { SITE_EXAMPLE } from '../config/files.ts';
import { fakeRemote } from '../activities/hosts/fake-remote.ts';
import { recorder, resultOf } from '../client/io.ts';
import { jsonText } from '../../client/json.ts';

const NOW = new Date('2029-09-01T00:00:00Z');
const binding = { host: 'bernini', reason: 'erin', storage: 'oloroso', home: '/csehome', exportsFile: '/e' };
const plan = { gate: 'exclude' as const, binding, observed: { exported: ['erin'], answers: true } };
let dir: string;
const at = (...names: string[]) => path.join(dir, ...names);

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'purge-'));
  vi.stubEnv('SEMESTER_DATABASE_URL', '');
  const site = (await readFile(SITE_EXAMPLE, 'utf8')).replace(/^stateDir:.*$/m, `stateDir: ${at('state')}`);
  await writeFile(at('site.yaml'), site);
  await copyEmptyStore(at('state'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true });
});

/** Fills the store as of a day, and closes it. */
async function on<T>(day: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ dir: at('state'), clock: () => new Date(`${day}T00:00:00Z`) });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function mailTo(store: Store, semester: string, person: string): Promise<void> {
  const key = { semester, kind: 'notice-0', edition: 0, person };
  await store.claimMail(key, '<m@x>');
  await store.settleMail(key, 'sent', '250 ok');
}

async function exportOf(name: string, day: string): Promise<void> {
  await mkdir(path.dirname(at('state', 'exports', name)), { recursive: true });
  await writeFile(at('state', 'exports', name), 'erin');
  await utimes(at('state', 'exports', name), new Date(day), new Date(day));
}

/** A Temporal in which these workflows run. */
const temporal = (...running: string[]) =>
  ({
    workflow: {
      async *list() {
        for (const workflowId of running) yield { workflowId };
      },
    },
  }) as unknown as Client;

async function purged(running: readonly string[], answer: string | null = null, silent = '') {
  const io = recorder(answer, temporal(...running));
  const calls: string[] = [];
  const remote = fakeRemote(({ args }, host) => {
    calls.push(`${host} ${args[3]}`);
    if (host === silent) throw new Error('down');
    return '2\n';
  });
  const result = await purge(io, {
    site: at('site.yaml'),
    now: NOW,
    remote,
    ...(answer === null && { yes: true }),
  }).catch((error: Error) => error);
  if (!(result instanceof Error)) expect(resultOf(jsonText('purge', result))).toEqual(result);
  return { result, calls, said: io.notes.join('\n') };
}

test('names of an old semester go, counts and digests stay, and a running semester keeps all that it needs', async () => {
  const digest = await on('2028-09-01', async (store) => {
    await mailTo(store, '2028-fall', 'erin');
    await mailTo(store, '2028-fall', 'frank');
    await store.putNamed('baseline/2028-fall', ['erin']);
    await store.putNamed('docker-ranges/bacchus', { erin: 1 });
    await store.putNamed('made-plan/wipe/sha256:0', { waivable: ['erin'], empty: false });
    return store.putPlan(plan);
  });
  await on('2029-03-01', async (store) => {
    await mailTo(store, '2029-spring', 'grace');
    await store.putNamed('baseline/2029-spring', ['grace']);
  });
  await exportOf('2028-fall/run.json', '2028-12-01');
  await exportOf('2028-fall-members-0123456789ab.csv', '2028-09-01');
  await exportOf('2029-spring-members-0123456789ab.csv', '2029-02-01');

  const { result, calls, said } = await purged(['semester/2029-spring']);
  expect(result).toMatchObject({ semesters: [{ semester: '2028-fall', mails: 2 }], plans: 1, exports: { length: 2 } });
  expect(said).toMatch(/2028-fall: ledger of 2 mails/);
  expect(calls).toContain('oloroso delete');
  expect(await readdir(at('state', 'exports'))).toEqual(['2028-fall', '2029-spring-members-0123456789ab.csv']);
  await on('2029-09-01', async (store) => {
    expect(await store.listMail('2028-fall')).toEqual([]);
    expect(await store.getNamed('baseline/2028-fall')).toBeNull();
    expect(await store.getNamed('made-plan/wipe/sha256:0')).toBeNull();
    expect(await store.getNamed('docker-ranges/bacchus')).toEqual({ erin: 1 });
    expect(await store.getNamed('proof/2028-fall')).toMatchObject({ mails: { 'notice-0 sent': 2 } });
    expect(await store.showPlan(digest)).toEqual({ gate: 'exclude', binding: {}, observed: {} });
    await expect(store.getPlan(excludeGate, digest)).rejects.toMatchObject({ type: 'PlanVoid' });
    expect(await store.listMail('2029-spring')).toHaveLength(1);
    expect(await store.getNamed('baseline/2029-spring')).toEqual(['grace']);
    // The same plan, made again, is whole.
    expect(await store.putPlan(plan)).toBe(digest);
    expect(await store.getPlan(excludeGate, digest)).toMatchObject({ binding });
  });
});

test('proofs without names go after two years', async () => {
  await on('2027-03-01', async (store) => {
    await mailTo(store, '2027-spring', 'erin');
    await store.putPlan(plan);
  });
  await purged([]);
  await on('2029-09-01', async (store) => {
    expect(await store.getNamed('proof/2027-spring')).toBeNull();
    await expect(store.showPlan('sha256:00')).rejects.toMatchObject({ type: 'PlanVoid' });
  });
});

test('nothing is deleted without an answer that names the number, and a silent host is named', async () => {
  await on('2028-09-01', (store) => mailTo(store, '2028-fall', 'erin'));
  const wrong = await purged([], 'yes');
  expect([(wrong.result as Error).message, wrong.calls.filter((call) => call.endsWith('delete'))]).toEqual([
    'You stopped. Nothing was deleted.',
    [],
  ]);
  expect(await on('2029-09-01', (store) => store.listMail('2028-fall'))).toHaveLength(1);
  const silent = await purged([], null, 'oloroso');
  expect((silent.result as Error).message).toMatch(/oloroso did not answer/);
  expect(await on('2029-09-01', (store) => store.listMail('2028-fall'))).toEqual([]);
});

test('applications that were opened again keep their semester, and a foreign file stops nothing', async () => {
  await on('2028-09-01', (store) => mailTo(store, '2028-fall', 'erin'));
  await exportOf('%ff', '2028-09-01');
  const { result } = await purged(['applications/2028-fall-2']);
  expect(result).toMatchObject({ semesters: [], exports: [expect.stringMatching(/%ff$/)] });
  expect(await on('2029-09-01', (store) => store.listMail('2028-fall'))).toHaveLength(1);
});

test('the lengths of site.yaml count in months of its zone', () => {
  const keep = { names: 'P1M', proofs: 'P1Y' };
  const { names, proofs } = cutoffsOf({ privacy: { keep }, zone: 'Asia/Seoul' }, new Date('2029-03-31T03:00:00Z'));
  expect([names.toISOString(), proofs.toISOString()]).toEqual(['2029-02-28T03:00:00.000Z', '2028-03-31T03:00:00.000Z']);
});
