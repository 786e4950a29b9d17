import type { BounceMessage, ResendMessage } from '../../domain/messages.ts';
import type { Proof } from '../../domain/proof.ts';
import { onSignal } from '../operator/receive.ts';
import { fromApprover } from '../operator/senders.ts';
import { recordAccepted, recordRefused } from '../operator/state.ts';
import { reasonOf } from '../operator/steps.ts';
import { bounce, resend } from '../messages.ts';
import { quick } from '../policies.ts';
import type { Beginning } from '../run.ts';

/**
 * R1: handlers of `bounce` (a mail bounced) and `resend` (send the last notice again). Only a person can know either.
 */
export function installMailHandlers(run: Beginning): void {
  const { state } = run.operator;
  const record = async (name: string, by: string, act: () => Promise<Proof>) => {
    try {
      recordAccepted(state, name, by, (await act()).summary);
      // The set of delivered notices has changed, so open gates must plan again.
      state.replanVersion++;
    } catch (error) {
      recordRefused(state, name, by, reasonOf(error));
    }
    run.operator.updateVisibility();
  };

  const take = (name: string, message: { readonly by: string }, act: () => Promise<Proof>) =>
    fromApprover(run.operator, name, message, () => void record(name, message.by, act));

  const { semester } = run.input;
  const handleBounce = (message: BounceMessage) =>
    take('bounce', message, () =>
      quick.recordBounce({ semester: semester.name, plan: run.noticePlan, who: message.who, by: message.by }),
    );
  const handleResend = (message: ResendMessage) =>
    take('resend', message, () => {
      const { lastNotice } = run;
      if (!lastNotice) throw new Error('no notice has been sent yet');
      return quick.resendNotice({ ...lastNotice, user: message.user, by: message.by });
    });
  onSignal(run.operator, bounce, handleBounce, 'the mails to an account or address bounced: {who, by}');
  onSignal(run.operator, resend, handleResend, 'send an account the last notice again: {user, by, reason}');
}
