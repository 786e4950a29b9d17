import { setTimeout as sleep } from 'node:timers/promises';
import type { Status } from '../../domain/status.ts';
import { answerGate } from './approve.ts';
import { print } from './follow.ts';
import type { Stage } from './stage.ts';
import { heading } from './ui.ts';

/** Who asks for their data: a subvolume is nested in this home, which a snapshot leaves out. */
export const RETURNING = 'erin';

const LOOK_MS = 400;

/**
 * R4, what backups are kept for: a home comes back, after a signed approval of its own.
 * @throws Error when the command is not accepted or a step parks
 */
export async function bringBack(stage: Stage, asks: boolean): Promise<void> {
  heading('Restore: weeks later somebody asks for their data (R4)');
  const { code, text } = await stage.semester.quietly('restore', RETURNING, '--by', 'alice', '--json');
  if (code !== 0) throw new Error(`the restore did not start: ${text}`);
  const { workflowId } = JSON.parse(text) as { workflowId: string };
  const handle = stage.client.workflow.getHandle(workflowId);
  const answered = new Set<number>();
  for (;;) {
    const { phase, gates, steps } = await handle.query<Status>('status');
    const stuck = steps.find(({ state }) => state === 'attention');
    if (stuck) throw new Error(`step ${stuck.step} cannot go on by itself: ${stuck.reason}`);
    const gate = gates.find(({ state, round }) => state === 'open' && !answered.has(round));
    if (gate) {
      answered.add(gate.round);
      await answerGate(stage, gate, asks, workflowId);
    }
    if (phase === 'done') {
      for (const step of steps) if (step.proof) print(step);
      return;
    }
    await sleep(LOOK_MS);
  }
}
