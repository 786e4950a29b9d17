import { setTimeout as sleep } from 'node:timers/promises';
import { semesterWorkflowId } from '../../domain/names.ts';
import { answerGate } from './approve.ts';
import { createApplicants } from './applicants.ts';
import { breakLeader, rejectBroken } from './broken-image.ts';
import { firstLogin } from './first-login.ts';
import { createFollower } from './follow.ts';
import { NAME, writeSemesterFile } from './semester-file.ts';
import type { Stage } from './stage.ts';
import { say } from './ui.ts';

const LOOK_MS = 400;
/** How long people have to be served once they applied. */
const SERVE_MS = 90_000;

/** What the demo added to the world meanwhile. */
export interface Told {
  /** Version of the packages that appeared before the update. */
  readonly packages: string;
}

/**
 * Starts a semester and sees it through to its end: answers gates, publishes packages, has people apply.
 * @throws Error when a step parks, a message is not accepted, or it does not finish
 */
export async function tell(stage: Stage, asks: boolean): Promise<Told> {
  const { lab, client, semester } = stage;
  const file = `${stage.dir}/semester.yaml`;
  await writeSemesterFile(file, asks);
  const started = await semester.quietly('start', '--semester', file, '--by', 'alice');
  if (started.code !== 0) throw new Error(`the semester did not start: ${started.text}`);
  const id = semesterWorkflowId(NAME);
  const follower = createFollower(client, id);
  const applicants = createApplicants(stage);
  const answered = new Set<string>();
  let packages = '';
  let served: 'not yet' | 'soon' | 'yes' = 'not yet';
  let giveUp = Infinity;

  for (;;) {
    const { phase, open, parked } = await follower.look();
    const [stuck] = parked;
    if (stuck) throw new Error(`step ${stuck.step} cannot go on by itself: ${stuck.reason}`);
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
      say(`meanwhile version ${packages} of every package appears in the repository`);
      await breakLeader(lab);
    }
    if (phase === 'applications' && served === 'not yet') {
      await applicants.apply();
      served = 'soon';
      giveUp = Date.now() + SERVE_MS;
    }
    if (served === 'soon') {
      if (await applicants.look()) {
        served = 'yes';
        await firstLogin(lab);
        await endApplications(stage);
      } else if (Date.now() > giveUp) throw new Error(`the applicants were not served within ${SERVE_MS / 1000} s`);
    }
    await sleep(LOOK_MS);
  }
}

/** Months are over: the period ends early. */
async function endApplications({ semester }: Stage): Promise<void> {
  // Far enough that it is not past when a slow machine's command line has said it: then it would be refused.
  const until = new Date(Date.now() + 12_000).toISOString();
  const args = [
    '--applications-until',
    until,
    '--period-until',
    until,
    '--by',
    'alice',
    '--reason',
    'everybody is served',
  ];
  const { code, text } = await semester.quietly('reschedule', NAME, ...args);
  if (code !== 0) throw new Error(`the end of the period could not be moved: ${text}`);
  say(`  ${text.split('\n').at(-1)}`);
}
