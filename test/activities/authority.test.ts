import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { AUTHORITY } from '../../activities/contract.ts';
import { PLAN_GATES } from '../../domain/gates/index.ts';
import { createActivities } from '../../worker/activities.ts';
import type { Authority } from '../../domain/authority.ts';
import type { Store } from '../../activities/store/store.ts';
const declared: readonly (readonly [string, Authority])[] = Object.entries(AUTHORITY);

test('what a worker offers is what has an authority, no more and no less', async () => {
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

test('every gate has who makes its plan and who acts after it', () => {
  for (const { name } of PLAN_GATES) {
    expect(declared.filter(([, one]) => one.kind === 'plans' && one.gate === name)).not.toEqual([]);
    expect(declared.filter(([, one]) => one.kind === 'acts' && one.gates.includes(name))).not.toEqual([]);
  }
});

test('no reason is missing where no gate asks', () => {
  const without = declared.filter(([, one]) => one.kind === 'needs-none' && !/\w{3} \w/.test(one.reason));
  expect(without).toEqual([]);
});
