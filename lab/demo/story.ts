import { approverKey } from '../approvers.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { semesterWorkflowId } from '../../domain/names.ts';
import { answerGate } from './approve.ts';
import { createApplicants } from './applicants.ts';
import { breakLeader, rejectBroken } from './broken-image.ts';
import { firstLogin } from './first-login.ts';
import { createWatcher } from './follow.ts';
import { NAME, writeSemesterFile } from './semester-file.ts';
import type { Stage } from './stage.ts';
import { say } from './ui.ts';

const POLL_MS = 400;
/** Time limit for serving the applicants. */
const SERVE_TIMEOUT_MS = 90_000;

/** Changes that the demo made during the semester. */
export interface StoryResult {
  /** Version of the packages that were published before the update. */
  readonly packages: string;
}

/**
 * Runs a semester to its end: starts it, answers gates, publishes packages, simulates applicants.
 * @throws Error if a step needs attention, a command fails, or the applicants are not served in time
 */
export async function runStory(stage: Stage, asks: boolean): Promise<StoryResult> {
  const { lab, client, semester } = stage;
  const file = `${stage.dir}/semester.yaml`;
  await writeSemesterFile(file, asks ? 'asked' : 'alone');
  const started = await semester.run(
    'start',
    '--semester',
    file,
    '--by',
    'alice',
    '--key',
    approverKey(lab.dir, 'alice'),
  );
  if (started.code !== 0) throw new Error(`the semester did not start: ${started.text}`);
  const id = semesterWorkflowId(NAME);
  const watcher = createWatcher(client, id);
  const applicants = createApplicants(stage);
  const answered = new Set<string>();
  let packages = '';
  let served: 'not yet' | 'soon' | 'yes' = 'not yet';
  let giveUp = Infinity;

  for (;;) {
    const { phase, open, parked } = await watcher.poll();
    const [stuck] = parked;
    if (stuck) throw new Error(`step ${stuck.step} needs attention: ${stuck.reason}`);
    if (phase === 'done') return { packages };
    if (phase === 'aborted') throw new Error('the semester was aborted');

    for (const gate of open) {
      const key = `${gate.workflowId} ${gate.gate} ${gate.round}`;
      if (answered.has(key)) continue;
      answered.add(key);
      if (gate.gate === 'rollout' && gate.round === 1) await rejectBroken(stage, gate);
      else await answerGate(stage, gate, asks);
    }
    if (phase === 'lockout' && packages === '') {
      packages = await lab.publishPackages();
      say(`version ${packages} of every package is published in the repository`);
      await breakLeader(lab);
    }
    if (phase === 'applications' && served === 'not yet') {
      await applicants.apply();
      served = 'soon';
      giveUp = Date.now() + SERVE_TIMEOUT_MS;
    }
    if (served === 'soon') {
      if (await applicants.poll()) {
        served = 'yes';
        await firstLogin(lab);
        await endApplications(stage);
      } else if (Date.now() > giveUp)
        throw new Error(`the applicants were not served within ${SERVE_TIMEOUT_MS / 1000} s`);
    }
    await sleep(POLL_MS);
  }
}

/** Ends the period early, in place of months of waiting. */
async function endApplications({ semester }: Stage): Promise<void> {
  // The workflow refuses a date in the past, and the command line takes seconds on a slow machine.
  const until = new Date(Date.now() + 12_000).toISOString();
  const args = [
    '--applications-until',
    until,
    '--period-until',
    until,
    '--by',
    'alice',
    '--reason',
    'all applicants are served',
  ];
  const { code, text } = await semester.run('reschedule', NAME, ...args);
  if (code !== 0) throw new Error(`reschedule failed: ${text}`);
  say(`  ${text.split('\n').at(-1)}`);
}
