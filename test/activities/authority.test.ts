import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { AUTHORITY } from '../../activities/contract.ts';
import { PLAN_GATES } from '../../domain/gates/index.ts';
import { createActivities } from '../../worker/activities.ts';
import type { Authority } from '../../domain/authority.ts';
import type { Site } from '../../domain/site.ts';
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

test('each activity of the worker that acts after a gate refuses without a grant', async () => {
  const acting = declared.flatMap(([name, one]) => (one.kind === 'acts' ? [name] : []));
  expect(acting.length).toBeGreaterThan(15);
  const started = { firstExecutionRunId: 'run-1', parentWorkflowExecution: null };
  const wired = createActivities({
    site: async () => ({ hosts: [], approvals: { signed: true }, update: { leader: 'asahi' } }) as unknown as Site,
    store: { getNamed: async () => null } as unknown as Store,
    secrets: {},
    clock: () => new Date(0),
    client: {
      options: { namespace: 'default' },
      workflowService: {
        getWorkflowExecutionHistory: async () => ({
          history: { events: [{ workflowExecutionStartedEventAttributes: started }] },
        }),
      },
    } as unknown as Client,
  });
  const context = new MockActivityEnvironment();
  const argument = { ref: {}, plan: 'sha256:plan', host: 'asahi', proofs: {}, image: { facts: { name: 'image' } } };
  for (const name of acting) {
    const act = wired.activities[name as keyof typeof wired.activities] as (a: object) => Promise<unknown>;
    await expect(context.run(act, argument)).rejects.toMatchObject({
      type: 'NoGrant',
      nonRetryable: true,
      message: expect.stringContaining(name) as string,
    });
  }
  await wired.close();
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
