import { log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { logProblem } from '../../worker/log-lines.ts';
import { stepInLogs, temporalLogger } from '../../worker/runtime.ts';

/** The lines of a log at a level, parsed. */
function logged(level: string) {
  const lines: Record<string, unknown>[] = [];
  const log = pino(
    { level, base: null, timestamp: false },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  return { logger: temporalLogger(log), lines };
}
const refused = ApplicationFailure.create({ type: 'ProofMissing', message: 'erin (erin@snu.ac.kr) got no notice' });
const activity = {
  sdkComponent: 'activity',
  workflowId: 'semester/x',
  workflowRunId: 'run-1',
  activityType: 'wipeHomes',
  step: 'wipe',
  taskToken: 'secret',
  error: refused,
};

test('a line of an activity names workflow, run and step, and nothing personal', () => {
  const { logger, lines } = logged('info');
  logger.warn('Activity failed', activity);
  expect(lines).toMatchObject([
    { msg: 'Activity failed', workflow: 'semester/x', run: 'run-1', step: 'wipe', error: { type: 'ProofMissing' } },
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/erin|secret|workflowId/);
});

test('at debug the text of the failure follows', () => {
  const { logger, lines } = logged('debug');
  logger.warn('Activity failed', activity);
  expect(lines.map(({ level }) => level)).toEqual([40, 20]);
  expect(JSON.stringify(lines[0])).not.toContain('erin');
});

test("a warning of Temporal's core, and one that knows the run only, name the workflow", async () => {
  const { logger, lines } = logged('info');
  const asked: string[] = [];
  logger.warn('before the connection', { runId: 'run-0' });
  logger.lookUpBy(async (run) => {
    asked.push(run);
    return run === 'run-1' ? 'semester/x' : null;
  });
  logger.warn('Failing workflow task', { run_id: 'run-1', sdkComponent: 'core' });
  logger.error('Failed to process Workflow Activation', { runId: 'run-1', error: new Error('TMPRL1100') });
  logger.warn('of another namespace', { runId: 'run-2' });
  logger.debug('not printed', { runId: 'run-3' });
  await expect.poll(() => lines.length).toBe(4);
  expect(lines.map(({ workflow, run }) => [workflow, run])).toEqual([
    [undefined, 'run-0'],
    ['semester/x', 'run-1'],
    ['semester/x', 'run-1'],
    ['unknown', 'run-2'],
  ]);
  expect(asked).toEqual(['run-1', 'run-2']);
});

test('a problem in the background is a warning without its text', () => {
  const { logger, lines } = logged('info');
  logProblem(logger, 'the trash of a host is not emptied', refused);
  expect(lines).toEqual([
    { level: 40, msg: 'the trash of a host is not emptied', type: 'ProofMissing', see: 'semester doctor' },
  ]);
});

test('what an activity logs, and the SDK about it, names the step of its argument', async () => {
  const { logger, lines } = logged('info');
  const env = new MockActivityEnvironment({}, { interceptors: [stepInLogs], logger });
  const ref = { workflow: 'semester/x', step: 'wipe', round: 1, byHand: false };
  const failing = async (given: { ref: typeof ref }): Promise<void> => {
    log.info('begins', { round: given.ref.round });
    throw refused;
  };
  await env.run(failing, { ref }).catch(() => undefined);
  expect(lines.map(({ msg, step }) => [msg, step])).toEqual([
    ['begins', 'wipe'],
    ['Activity failed', 'wipe'],
  ]);
});
