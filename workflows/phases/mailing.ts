import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { Proof } from '../../domain/proof.ts';
import type { OperatorContext } from '../operator/context.ts';
import { now } from '../operator/state.ts';

/**
 * Sends mails until all are sent. A pause, or dates that have `moved`, stop it between two mails: the rest may be wrong. The next run
 * sends it by the ledger. See `wasStopped`.
 */
export async function mailUntilStopped<P extends Proof>(
  operator: OperatorContext,
  moved: () => boolean,
  send: () => Promise<P>,
): Promise<P | Proof<'mails-stopped'>> {
  const scope = new CancellationScope();
  const stopped = () => operator.state.paused !== null || moved();
  // A parked run that a person starts again.
  if (stopped()) return stoppedProof();
  const sending = scope.run(send);
  let over = false;
  const stop = scope.run(async () => {
    await condition(() => over || stopped());
    if (!over) scope.cancel();
  });
  try {
    return await sending;
  } catch (error) {
    // An abort also cancels, but from outside this scope.
    if (!isCancellation(error) || !stopped() || CancellationScope.current().consideredCancelled) throw error;
    return stoppedProof();
  } finally {
    over = true;
    await stop.catch(() => undefined);
  }
}

function stoppedProof(): Proof<'mails-stopped'> {
  const summary =
    'a pause or new dates stopped the run between two mails; the ledger lists the sent mails: semester mails';
  return { what: 'mails-stopped', at: now(), summary, facts: {}, how: 'service' };
}

/** Whether the mail run was stopped between two mails. */
export const wasStopped = (proof: Proof): boolean => proof.what === 'mails-stopped';
