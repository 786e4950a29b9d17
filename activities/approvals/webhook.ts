import { isLoopback } from '../../config/fields.ts';
import type { Site } from '../../domain/site.ts';
import { refuse, tryAgain } from '../failures.ts';
import type { ApprovalActivities, WebhookMessage } from './contract.ts';

export interface WebhookDependencies {
  readonly site: () => Promise<Site>;
  /** A secret: knowing it is enough to post, so no message contains it. */
  readonly url?: string | undefined;
}

const PHRASES: Readonly<Record<WebhookMessage['kind'], string>> = {
  gate: 'asks for a decision',
  attention: 'needs attention',
  reminder: 'still waits',
  report: 'has ended',
};

/** Why an address cannot be that of a webhook, without the address. */
export type WebhookProblem =
  | { readonly kind: 'unset' | 'invalid' }
  | { readonly kind: 'not-https'; readonly protocol: string };

/** Why an address cannot be that of a webhook; null if it can. Over http everybody on the way could read and use it. */
export function webhookProblem(url: string | undefined): WebhookProblem | null {
  if (!url) return { kind: 'unset' };
  if (!URL.canParse(url)) return { kind: 'invalid' };
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) return null;
  return { kind: 'not-https', protocol };
}

/** Posts to a chat in the format of Slack and Mattermost. */
export function notifyWebhook({ site, url }: WebhookDependencies): ApprovalActivities['notifyWebhook'] {
  return async (message) => {
    if (!(await site()).notify.webhook) return;
    if (url === undefined || webhookProblem(url) !== null)
      throw refuse(
        'ConfigInvalid',
        'the webhook has no address that begins with https://: set SEMESTER_WEBHOOK_URL where the worker runs, or notify.webhook: false',
      );
    const answer = await post(url, { text: textOf(message), ...message });
    if (answer.ok) return;
    const why = `the webhook answered ${answer.status}`;
    const later = answer.status >= 500 || answer.status === 408 || answer.status === 429;
    throw later ? tryAgain('Unreachable', why) : refuse('CommandFailed', `${why}: check SEMESTER_WEBHOOK_URL`);
  };
}

async function post(url: string, body: object): Promise<Response> {
  try {
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(20_000);
    return await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), redirect: 'error', signal });
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    // The message of fetch would contain the address.
    throw tryAgain('Unreachable', `the webhook does not answer (${code ?? (error as Error).name})`);
  }
}

function textOf({ semester, workflow, kind, about, round, counts, commands }: WebhookMessage): string {
  const numbers = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  const head = `[${semester}] ${about} ${PHRASES[kind]}${round > 1 ? ` (round ${round})` : ''}`;
  const what = numbers.length > 0 ? `: ${numbers.join(', ')}` : '';
  return [`${head}${what}. ${workflow}`, ...commands.map((command) => `\`${command}\``)].join('\n');
}
