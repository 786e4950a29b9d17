import type { ChildWorkflowHandle } from '@temporalio/workflow';
import { hasFailed } from '../operator/host-table.ts';
import type { hostUpdate, HostUpdateResult } from '../host-update.ts';
import { budgetSpent } from '../messages.ts';

export type Turn = Pick<ChildWorkflowHandle<typeof hostUpdate>, 'signal'>;

/** Updates one host; calls `began` with its child workflow. */
export type Take = (host: string, began: (turn: Turn) => Promise<void>) => Promise<HostUpdateResult>;

/**
 * Runs one wave, `parallel` hosts at a time. When `most` hosts have failed, no other host starts, and running children
 * get the signal `budgetSpent`: a host whose sessions have not ended yet stops there. Returns the number of failed
 * hosts.
 */
export async function runWave(
  wave: readonly string[],
  { parallel, most }: { parallel: number; most: number },
  take: Take,
): Promise<number> {
  const todo = [...wave];
  const turns = new Set<Turn>();
  let failed = 0;
  const spent = () => failed >= most;
  const next = async () => {
    while (todo.length > 0 && !spent()) {
      let mine: Turn | undefined;
      const result = await take(todo.shift()!, async (turn) => {
        mine = turn;
        turns.add(turn);
        if (spent()) await stop(turn);
      });
      if (mine) turns.delete(mine);
      if (!hasFailed(result)) continue;
      failed += 1;
      if (spent()) await Promise.all([...turns].map(stop));
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, wave.length) }, next));
  return failed;
}

/** The child may have ended already; it needs no signal then. */
const stop = (turn: Turn) => turn.signal(budgetSpent).catch(() => undefined);
