import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { Proof } from '../../domain/proof.ts';
import type { OperatorContext } from '../operator/context.ts';
import { now } from '../operator/state.ts';

/**
 * Sends mails until all are sent. A pause stops it between two mails; the next run sends the rest by the ledger. See
 * `wasStopped`.
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
    // An abort also cancels, but from outside this scope.
    if (!isCancellation(error) || !paused() || CancellationScope.current().consideredCancelled) throw error;
    const summary = 'a pause stopped the run between two mails; the ledger lists the sent mails: semester mails';
    return { what: 'stopped-by-pause', at: now(), summary, facts: {}, how: 'service' };
  } finally {
    over = true;
    await stop.catch(() => undefined);
  }
}

/** Whether a pause stopped the mail run. */
export const wasStopped = (proof: Proof): boolean => proof.what === 'stopped-by-pause';
