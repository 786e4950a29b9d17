import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { Proof } from '../../domain/proof.ts';
import type { OperatorContext } from '../operator/context.ts';
import { now } from '../operator/state.ts';

/**
 * Sends mails until all are sent or the semester is paused, which stops it between two mails: the rest is sent by the
 * next run, by the ledger. See `wasStopped`.
 */
export async function mailUntilPaused<P extends Proof>(
  operator: OperatorContext,
  send: () => Promise<P>,
): Promise<P | Proof<'stopped-by-pause'>> {
  const scope = new CancellationScope();
  const paused = () => operator.state.paused !== null;
  const sending = scope.run(send);
  let over = false;
  const stop = scope.run(async () => {
    await condition(() => over || paused());
    if (!over) scope.cancel();
  });
  try {
    return await sending;
  } catch (error) {
    // An abort cancels as well, from outside of this scope.
    if (!isCancellation(error) || !paused() || CancellationScope.current().consideredCancelled) throw error;
    const summary = 'stopped between two mails by a pause; what was sent is in the ledger: semester mails';
    return { what: 'stopped-by-pause', at: now(), summary, facts: {}, how: 'service' };
  } finally {
    over = true;
    await stop.catch(() => undefined);
  }
}

export const wasStopped = (proof: Proof): boolean => proof.what === 'stopped-by-pause';
