import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DeferredTask } from '../../domain/deferred.ts';
import { hostWorkflowId } from '../../domain/names.ts';
import type { ProofFacts, ProofKind, ProofOf } from '../../domain/proof.ts';
import type { Status } from '../../domain/status.ts';
import type { host } from '../../workflows/host.ts';
import { startRun } from '../support/run.ts';
import { ask, timeSkipping } from '../support/temporal.ts';

/** The phase of a step says what the step does, whatever its workflow shows at that moment. */
let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await timeSkipping();
});
afterEach(() => env?.teardown());

const phases = ({ steps }: Status) => Object.fromEntries(steps.map(({ step, phase }) => [step, phase]));

test('each step of a semester is in the phase of the runbook that it carries out', async () => {
  await using run = await startRun(env, {}, {}, (world) => {
    world.replica = 'pinga';
  });
  await run.approveAll();
  await run.handle.result();
  expect(phases(await run.status())).toMatchObject({
    'read-calendar': 'notice',
    'notice-mail-0': 'notice',
    'deadline-mail': 'notice',
    // The workflow waits for the site then, and reports at its end.
    'hold-site': 'lockout',
    'plan-removal': 'lockout',
    'group-removal': 'lockout',
    'drain-oloroso': 'drain',
    backup: 'backup',
    replica: 'backup',
    'plan-wipe': 'wipe',
    'wipe-docker-asahi': 'wipe',
    prune: 'prune',
    update: 'update',
    'make-form': 'reopen',
    form: 'reopen',
    'open-logins': 'reopen',
    page: 'reopen',
    applications: 'applications',
  });
});

const proof = <W extends ProofKind>(what: W, facts: ProofFacts[W]): ProofOf<W> => ({
  what,
  at: '',
  summary: '',
  facts,
  how: 'service',
});

test('deferred tasks are in the phase whose work they catch up on, while the host is idle', async () => {
  await using run = await startRun(env);
  const image = { name: 'i', path: '/i', snapshotUuid: 'u', parent: null, bytes: 1, sha256: 's', changes: 1 };
  const lockout = { group: 'gpu', removed: 0, already: 0, staying: 0, newcomers: 0 };
  const backup = { name: 'b', path: '/b', uuid: 'u', readOnly: true, generation: 1, nested: 0 } as const;
  const proofs = {
    keep: [],
    lockout: proof('lockout', lockout),
    absence: [],
    backup: proof('backup', backup),
    waived: [],
  };
  const deferred: readonly DeferredTask[] = [
    { kind: 'wipe-docker', plan: 'sha256:p', proofs },
    { kind: 'image', image: proof('image', image), leader: 'asahi', keep: [] },
    { kind: 'docker', users: ['erin'] },
    { kind: 'open-logins' },
  ];
  const workflowId = hostWorkflowId('bernini');
  const args: Parameters<typeof host> = [{ host: 'bernini', site: 'lab', deferred }];
  const handle = await env.client.workflow.start<typeof host>('host', { workflowId, taskQueue: run.taskQueue, args });
  while ((await ask<readonly string[]>(env, workflowId, 'deferredTasks')).length > 0) await env.sleep('1 minute');
  const status = await run.status(workflowId);
  expect(status.phase).toBe('idle');
  expect(phases(status)).toEqual({
    'deferred-wipe-docker': 'wipe',
    'deferred-image': 'update',
    'deferred-docker': 'applications',
    'deferred-open-logins': 'reopen',
  });
  await handle.terminate();
});
