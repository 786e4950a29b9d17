import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { AUTHORITY } from '../../activities/contract.ts';
import { PLAN_GATES } from '../../domain/gates/index.ts';
import { createActivities } from '../../worker/activities.ts';
import type { Authority } from '../../domain/authority.ts';
import type { Store } from '../../activities/store/store.ts';
const declared: readonly (readonly [string, Authority])[] = Object.entries(AUTHORITY);

test('every activity of the worker has an authority, and every authority has an activity', async () => {
  const never = () => new Promise<never>(() => {});
  const wired = createActivities({
    site: never,
    store: { getNamed: never } as unknown as Store,
    secrets: {},
    clock: () => new Date(0),
    client: {} as Client,
  });
  expect(Object.keys(wired.activities).toSorted()).toEqual(Object.keys(AUTHORITY).toSorted());
  void wired.close();
});

test('every gate names the activities that plan it and that act after it', () => {
  for (const { name } of PLAN_GATES) {
    expect(declared.filter(([, one]) => one.kind === 'plans' && one.gate === name)).not.toEqual([]);
    expect(declared.filter(([, one]) => one.kind === 'acts' && one.gates.includes(name))).not.toEqual([]);
  }
});

test('every activity that acts without a gate has a reason', () => {
  const without = declared.filter(([, one]) => one.kind === 'needs-none' && !/\w{3} \w/.test(one.reason));
  expect(without).toEqual([]);
});
