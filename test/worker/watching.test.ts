import { noopMetricMeter } from '@temporalio/common';
import { expect, test, vi } from 'vitest';
import type { Look } from '../../watch/look.ts';
import { startWatching } from '../../worker/watching.ts';

const NOW = '2027-02-20T12:00:00.000Z';
const unseen = { polling: false, identities: [], workers: [], version: null, lastSeen: null };
const look: Look = {
  at: NOW,
  workers: { value: unseen },
  runs: { value: [] },
  worker: null,
  acts: { reason: 'no host answers' },
  mails: null,
  mailServer: null,
  backup: null,
  certificates: [],
  leftOut: [],
};

test('the first look does not miss the worker itself, which has not polled yet; the next one does', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: Date.parse(NOW) });
  try {
    const warned: string[] = [];
    const told: number[] = [];
    const watching = startWatching({
      look: async () => look,
      log: { warn: ({ check }: { check: string }) => void warned.push(check), info: () => {} },
      meter: noopMetricMeter,
      tell: async (findings) => void told.push(findings.length),
    });
    await vi.waitUntil(() => told.length === 1);
    expect(warned).toEqual(['acts']);
    vi.setSystemTime(Date.parse(NOW) + 11_000);
    watching.findings();
    await vi.waitUntil(() => told.length === 2);
    expect(warned).toEqual(['acts', 'worker']);
    await watching.stop();
  } finally {
    vi.useRealTimers();
  }
});
