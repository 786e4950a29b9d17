import { refuse, tryAgain } from '../failures.ts';
import { cancellation } from '../hosts/remote/activity-context.ts';

const ANSWER_MS = 15_000;
/** Sign-in pages to which an unpublished or restricted form redirects. */
const SIGN_IN = /^(accounts\.google\.com|login\.microsoftonline\.com)$/;

/**
 * Opens a form's address without a login and follows redirects. Returns the HTTP status.
 * @throws ApplicationFailure `VerificationFailed`; retryable if the address may answer later
 */
export async function openForm(address: string): Promise<number> {
  const url = URL.canParse(address) ? new URL(address) : null;
  const named = address.slice(0, 200);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw refuse(
      'VerificationFailed',
      `form: "${named}" is no web address; send \`done\` with the form's https:// link`,
    );
  const cancelled = cancellation();
  const deadline = AbortSignal.timeout(ANSWER_MS);
  let response: Response;
  try {
    response = await fetch(url, { signal: cancelled ? AbortSignal.any([cancelled, deadline]) : deadline });
    await response.body?.cancel();
  } catch (error) {
    cancelled?.throwIfAborted();
    const { code } = (error instanceof Error ? (error.cause ?? {}) : {}) as { code?: string };
    const message = `form: ${named} does not open (${code ?? 'no answer in time'}); check the link`;
    throw code === 'ENOTFOUND' ? refuse('VerificationFailed', message) : tryAgain('VerificationFailed', message);
  }
  const { status } = response;
  if (SIGN_IN.test(new URL(response.url).hostname))
    throw refuse('VerificationFailed', `form: ${named} requires a login; publish it to everyone with the link`);
  if (status >= 400) {
    const message = `form: ${named} answers ${status}; check the link, and that the form is published`;
    throw status >= 500 ? tryAgain('VerificationFailed', message) : refuse('VerificationFailed', message);
  }
  return status;
}
