import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { nothingNew, tryAgain } from '../failures.ts';
import { notifyApprovers } from '../mail/approvers.ts';
import type { MailDependencies } from '../mail/dependencies.ts';
import type { ApprovalActivities } from './contract.ts';
import { notifyWebhook } from './webhook.ts';

export interface RemindDependencies extends Pick<MailDependencies, 'site' | 'store' | 'transport' | 'clock'> {
  readonly client: Client;
  readonly webhookUrl?: string | undefined;
}

/** A reminder that a server refused is tried again so much later, or at the next one if that comes first. */
const AGAIN_MS = 60 * 60_000;

/** Mails the approvers once per interval about everything that waits, and posts it to the chat; ends never. */
export function remindApprovers(dependencies: RemindDependencies): ApprovalActivities['remindApprovers'] {
  const { client, clock, site, webhookUrl: url } = dependencies;
  const mail = notifyApprovers(dependencies);
  const post = notifyWebhook({ site, url });
  return async ({ workflow, semester, parent, since, everyMs, questions }) => {
    const now = clock().getTime();
    const due = questions.filter(({ remindFrom }) => remindFrom === undefined || Date.parse(remindFrom) <= now);
    if (due.length === 0) throw nothingNew('nothing is due yet');
    if (parent !== null && (await isOpen(client, parent))) throw nothingNew(`${parent} reminds of it`);
    // Rounded: the clocks of worker and Temporal differ, and attempts come a little late.
    const number = Math.round((now - Date.parse(since)) / everyMs);
    const about = due.map(({ key }) => key.slice(key.indexOf(':') + 1)).join(', ');
    const commands = due.flatMap((question) => question.commands);
    const message = { workflow, semester, kind: 'reminder', about, commands } as const;
    try {
      await mail({ ...message, key: `reminder:${since}:${number}`, headline: '', lines: [], questions: due });
    } catch (error) {
      // It never fails for good: that would end the reminders.
      const reason = error instanceof Error ? error.message : String(error);
      throw tryAgain('Unreachable', reason, error, Math.min(everyMs, AGAIN_MS));
    }
    const missed = await post({ ...message, round: 1, counts: {} }).then(
      () => '',
      (error: unknown) => `; the chat did not get it: ${error instanceof Error ? error.message : String(error)}`,
    );
    throw nothingNew(`reminder ${number} was sent${missed}`);
  };
}

async function isOpen(client: Client, workflow: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflow).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
