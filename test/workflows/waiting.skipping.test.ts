import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startRun, type Run } from '../support/run.ts';
import { timeSkipping } from '../support/temporal.ts';

// What happens while days pass without a decision.
let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await timeSkipping();
});
afterEach(() => env?.teardown());

const open = (run: Run, gate: string) =>
  run.until(gate, (s) => s.gates.some((g) => g.gate === gate && g.state === 'open'));
const steps = async (run: Run) =>
  (await run.status()).steps.map(({ step }) => step).filter((step) => /form|post|page/.test(step));

test('pause starts no new step and keeps approvals', async () => {
  await using run = await startRun(env);
  await open(run, 'notice');
  await run.handle.signal('pause', { by: 'bob', reason: 'power cut' });
  await run.decide('carol', 'notice');
  await env.sleep('20 days');
  expect(run.world.mails.filter((m) => m.kind === 'notice-0')).toEqual([]);
  await run.handle.signal('resume', { by: 'bob', reason: 'power is back' });
  await run.until('late notice', () => run.world.mails.some((m) => m.kind === 'notice-0'));
});

test('reminders continue until a decision, with the command to type', async () => {
  await using run = await startRun(env);
  await open(run, 'notice');
  await env.sleep('3 days');
  const mails = run.world.mails.filter((m) => m.kind === 'approver-reminder' && m.to === 'bob');
  expect(mails.length).toBeGreaterThanOrEqual(2);
  expect((await run.status()).waitingFor[0]!.commands[1]).toBe(`semester approve ${run.semester.name} notice --by YOU`);
});

test('one reminder a day covers everything that waits, and half a year of it adds no events', async () => {
  await using run = await startRun(env, {}, {}, (world) => world.broken.set('drainHost', 'sshd is gone'));
  await run.approveAll(['notice', 'removal']);
  const steps = ['oloroso', 'asahi', 'bernini', 'cojito'].map((host) => `attention:drain-${host}`);
  await run.until('four parked steps', (s) => steps.every((step) => s.waitingFor.some(({ key }) => key === step)));
  await env.sleep('2 days');
  const length = async () => (await run.handle.fetchHistory()).events!.length;
  const before = await length();
  const reminders = () => run.world.mails.filter(({ kind, to }) => kind === 'approver-reminder' && to === 'bob');
  const first = reminders().length;
  await env.sleep('181 days');
  expect(await length()).toBe(before);
  expect(reminders().length - first).toBeGreaterThanOrEqual(180);
  expect(reminders().length - first).toBeLessThanOrEqual(182);
  for (const step of steps) expect(reminders().at(-1)!.about).toContain(step);
  run.world.broken.delete('drainHost');
  for (const step of steps)
    await run.handle.signal('retry', { step: step.replace('attention:', ''), by: 'bob', reason: 'repaired' });
  await run.until('the next gate', (s) => s.gates.some(({ gate }) => gate === 'wipe'));
});

test('the webhook gets gates and reminders, and one that does not answer delays nothing', async () => {
  await using run = await startRun(env, {}, {}, (world) => {
    world.webhook = true;
    world.broken.set('notifyWebhook', 'the chat is gone');
  });
  await open(run, 'notice');
  run.world.broken.delete('notifyWebhook');
  await env.sleep('3 days');
  expect(run.world.mails.filter((m) => m.to === 'chat').map((m) => m.kind)).toContain('chat-reminder');
  await run.decide('bob', 'notice');
});

test('a proposed post waits for its merge, and the semester continues without a message', async () => {
  const url = 'https://github.com/bacchus/site/pull/7';
  await using run = await startRun(env, {}, { from: 'reopen' }, (world) => {
    world.members.clear();
    world.pullRequest = url;
  });
  await run.approveAll(['publish']);
  const { waitingFor } = await run.until('asked', (s) => s.waitingFor.some(({ key }) => key === 'merge'));
  expect(waitingFor[0]!.sentence).toBe(
    `Pull request #7, ${url}, waits for a merge by a person with write access to bacchus/site. The workflow continues after the merge.`,
  );
  const length = async () => (await run.handle.fetchHistory()).events!.length;
  // Once the approvers have their mail, and before they are reminded.
  await env.sleep('1 hour');
  const before = await length();
  await env.sleep('10 hours');
  expect(await length()).toBe(before);
  expect((await run.status()).steps.map(({ step }) => step)).not.toContain('page');
  run.world.merged = true;
  await run.until('applications', (s) => s.phase === 'applications');
  expect((await steps(run)).slice(-2)).toEqual(['post', 'page']);
  const asked = run.world.mails.filter(({ to, about }) => to === 'bob' && about.startsWith('merge'));
  expect(asked.map(({ kind }) => kind)).toEqual(['approver-gate']);
});

test('a follower that stays down is skipped, has its image deferred, and gets it when it is back', async () => {
  await using run = await startRun(env, {}, {}, (world) => world.broken.set('switchRoot', 'down'));
  await run.approveAll(['notice', 'removal', 'wipe', 'prune']);
  const down = (host: string) => `attention:boot-${host}`;
  // The canary boots before the gate, the other after it.
  for (const host of ['bernini', 'cojito']) {
    if (host === 'cojito') await run.approveAll(['rollout']);
    const status = await run.until(host, (s) => s.waitingFor.some((w) => w.key === down(host)));
    expect(status.waitingFor.find((w) => w.key === down(host))!.commands.join()).toContain(
      `/update/${host} boot-${host}`,
    );
    await run.handle.signal('skip', { step: `boot-${host}`, by: 'bob', reason: 'its power supply is broken' });
  }
  await run.until('publish', (s) => s.gates.some((g) => g.gate === 'publish'));
  expect(run.world.log.some((l) => l.what === 'reboot bernini')).toBe(false);
  run.world.broken.delete('switchRoot');
  await run.until('caught up', () => run.world.log.some((l) => l.what === 'reboot bernini'));
});
