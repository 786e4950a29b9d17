import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { AUTHORITY } from '../../activities/contract.ts';
import { PLAN_GATES } from '../../domain/gates/index.ts';
import { createActivities } from '../../worker/activities.ts';
import type { Authority } from '../../domain/authority.ts';
import type { Store } from '../../activities/store/store.ts';
import type { Secrets } from '../../worker/secrets.ts';

const declared: readonly (readonly [string, Authority])[] = Object.entries(AUTHORITY);

test('what a worker offers is what has an authority, no more and no less', async () => {
  const never = () => new Promise<never>(() => {});
  const { activities, close } = createActivities({
    site: never,
    store: { getNamed: never } as unknown as Store,
    secrets: {} as Secrets,
    clock: () => new Date(0),
    client: {} as Client,
  });
  expect(Object.keys(activities).toSorted()).toEqual(Object.keys(AUTHORITY).toSorted());
  void close();
});

test('every gate has who makes its plan and who acts after it', () => {
  for (const { name } of PLAN_GATES) {
    expect(declared.filter(([, one]) => one.kind === 'plans' && one.gate === name)).not.toEqual([]);
    expect(declared.filter(([, one]) => one.kind === 'acts' && one.gates.includes(name))).not.toEqual([]);
  }
});

test('no reason is missing where no gate asks', () => {
  for (const [name, one] of declared) if (one.kind === 'needs-none') expect(one.reason, name).toMatch(/\w{3} \w/);
});
