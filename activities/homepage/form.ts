import { refuse, tryAgain } from '../failures.ts';
import { openAddress } from './links.ts';

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
  const opened = await openAddress(url.href);
  if ('failed' in opened) {
    const message = `form: ${named} does not open (${opened.failed}); check the link`;
    throw opened.failed === 'ENOTFOUND'
      ? refuse('VerificationFailed', message)
      : tryAgain('VerificationFailed', message);
  }
  const { status } = opened;
  if (SIGN_IN.test(new URL(opened.url).hostname))
    throw refuse('VerificationFailed', `form: ${named} requires a login; publish it to everyone with the link`);
  if (status >= 400) {
    const message = `form: ${named} answers ${status}; check the link, and that the form is published`;
    throw status >= 500 ? tryAgain('VerificationFailed', message) : refuse('VerificationFailed', message);
  }
  return status;
}
