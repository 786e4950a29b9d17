import { setTimeout as sleep } from 'node:timers/promises';
import type { Status } from '../../domain/status.ts';
import { answerGate } from './approve.ts';
import { print } from './follow.ts';
import type { Stage } from './stage.ts';
import { heading } from './ui.ts';

/** The account whose home is restored. It holds a nested subvolume, which a snapshot of the homes does not include. */
export const RESTORED = 'erin';

const POLL_MS = 400;

/**
 * Restores a home from the backup, after a signed approval (runbook R4).
 * @throws Error if the command fails or a step needs attention
 */
export async function restoreHome(stage: Stage, asks: boolean): Promise<void> {
  heading('Restore: weeks later a user asks for their data (R4)');
  const { code, text } = await stage.semester.run('restore', RESTORED, '--by', 'alice', '--json');
  if (code !== 0) throw new Error(`the restore did not start: ${text}`);
  const { workflowId } = (JSON.parse(text) as { result: { workflowId: string } }).result;
  const handle = stage.client.workflow.getHandle(workflowId);
  const answered = new Set<number>();
  for (;;) {
    const { phase, gates, steps } = await handle.query<Status>('status');
    const stuck = steps.find(({ state }) => state === 'attention');
    if (stuck) throw new Error(`step ${stuck.step} needs attention: ${stuck.reason}`);
    const gate = gates.find(({ state, round }) => state === 'open' && !answered.has(round));
    if (gate) {
      answered.add(gate.round);
      await answerGate(stage, gate, asks, workflowId);
    }
    if (phase === 'done') {
      for (const step of steps) if (step.proof) print(step);
      return;
    }
    await sleep(POLL_MS);
  }
}
