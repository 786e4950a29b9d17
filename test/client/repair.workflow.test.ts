import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { run as command } from '../../client/main.ts';
import { openRuns } from '../../watch/runs.ts';
import { startRun, type Run } from '../support/run.ts';
import { realTime, workflowBundle } from '../support/temporal.ts';
import { recorder, resultOf } from './io.ts';

const file = (name: string) => path.join(import.meta.dirname, '../..', name);

/** The workflows, with a fault that some messages meet. */
let faulty: WorkflowBundleOption;
beforeAll(async () => {
  faulty = await bundleWorkflowCode({
    workflowsPath: file('workflows/index.ts'),
    workflowInterceptorModules: [file('workflows/interceptors.ts'), file('test/support/wedge.ts')],
    payloadConverterPath: file('codec/payload-converter.ts'),
    logger: new DefaultLogger('ERROR'),
  });
});

let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await realTime();
});
afterEach(() => env?.teardown());

async function semester(...args: string[]) {
  const io = recorder(null, env.client);
  const code = await command(args, io);
  return { code, out: io.lines.join('\n'), notes: io.notes.join('\n') };
}

const firstRunOf = async (run: Run, workflow: string) => (await run.status(workflow)).run;
const untilStuck = (workflow: string) =>
  expect
    .poll(async () => (await openRuns(env.client)).find((one) => one.workflowId === workflow)?.failing)
    .toBeTruthy();
const keep = (user: string) => ({ user, by: 'bob', reason: 'her thesis' });

describe('a stuck run', () => {
  test('says so at every command, and goes on after a repair with its child, its approvals and what was sent to it', async () => {
    const fourEyes = (world: Run['world']) => void (world.quorum.rollout = 2);
    // A short history: a worker that replays it has ten seconds, also on a busy machine.
    await using run = await startRun(env, {}, { from: 'update' }, fourEyes, faulty);
    await run.decide('bob', 'rollout');
    const id = run.handle.workflowId;
    const [child = ''] = (await run.status()).children;
    const first = await firstRunOf(run, id);
    await run.handle.signal('keep', keep('grace'));
    await run.until('kept', ({ kept }) => kept.some((one) => one.startsWith('grace')));
    await run.handle.signal('keep', keep('wedge'));
    await untilStuck(id);
    await run.handle.signal('keep', keep('frank'));

    const sentence = new RegExp(
      `${id} is stuck since .+: its workflow task failed \\d+ times: this message cannot be handled`,
    );
    const { name } = run.semester;
    for (const args of [
      ['retry', name, 'backup', '--by', 'bob', '--reason', 'again'],
      ['plan', name, 'rollout'],
      ['approve', name, 'rollout', '--by', 'carol', '--yes'],
    ]) {
      const refused = await semester(...args);
      expect(refused.notes).toMatch(sentence);
      expect(refused.notes).toContain(`semester repair ${id}`);
      expect(refused.code).toBe(6);
    }
    const status = await semester('status', name);
    expect(status.code).toBe(6);
    expect(status.out).toMatch(new RegExp(`${id}(이\\(가\\) .*부터 멈춰 있습니다| is stuck since)`));
    expect(status.out).toContain(`semester repair ${id}`);

    const unasked = await semester('repair', name);
    expect(unasked.code).toBe(2);
    expect(unasked.out).toMatch(/keep .*wedge/);
    expect(unasked.notes).toContain('add --yes');

    const done = await semester('repair', name, '--yes', '--json');
    expect(done.notes).toBe('');
    expect(resultOf(done.out)).toMatchObject([
      {
        workflow: id,
        applied: [{ name: 'keep', argument: JSON.stringify(keep('frank')) }],
        leftOut: [{ name: 'keep', argument: JSON.stringify(keep('wedge')) }],
      },
    ]);
    const after = await run.status();
    expect(after.kept.map((one) => one.split(' ')[0])).toEqual(expect.arrayContaining(['grace', 'frank']));
    expect(after.children).toEqual([child]);
    // Grants are looked up by it.
    expect(after.run).toBe(first);
    expect((await run.status(child)).gates.find(({ gate }) => gate === 'rollout')!.approvals).toMatchObject([
      { by: 'bob' },
    ]);
    await run.decide('carol', 'rollout');
    await run.approveAll(['publish']);
    const end = await run.until('the end of the update', ({ phase }) => phase === 'applications');
    expect(end.steps.find(({ step }) => step === 'update')?.state ?? 'done').toBe('done');
    // Nothing was done twice.
    const acts = run.world.log
      .map(({ what }) => what)
      .filter((what) => /^(remove members|wipe homes|reboot)/.test(what));
    expect(acts).toEqual([...new Set(acts)]);
  });

  test('whose code has changed is not helped by a repair, which says so; on its own code it goes on with what was sent to it', async () => {
    const code = await readFile(workflowBundle().codePath, 'utf8');
    const changed = code.replace(/let plan = await makePlan\(\);/, 'await makePlan(); $&');
    expect(changed).not.toBe(code);
    await using run = await startRun(env, {}, { from: 'update' });
    await run.until('rollout', ({ waitingFor }) => waitingFor.some(({ key }) => key === 'gate:rollout'));
    const id = (await run.status()).children[0]!;
    await run.upgrade({ code: changed });
    await env.client.workflow.getHandle(id).signal('keep', keep('frank'));
    await untilStuck(id);

    const repaired = await semester('repair', id, '--yes');
    expect(repaired.out).toContain('The program of the worker does not fit this run.');
    expect(repaired.notes).toContain('Start the version that it last worked on');
    expect(repaired.code).toBe(6);

    await run.upgrade(workflowBundle());
    await expect.poll(async () => (await run.status(id)).kept.join()).toContain('frank');
    await run.approveAll(['rollout']);
    await run.until('the next gate', ({ waitingFor }) => waitingFor.some(({ key }) => key === 'gate:publish'));
  });
});
