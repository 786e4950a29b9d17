import type { ApplicationFailure } from '@temporalio/common';
import { refuse, tryAgain } from '../../failures.ts';

/** The used fields of the library's error. Its message may contain the request with its tokens. */
interface GoogleError {
  readonly code?: string | number;
  readonly status?: number;
  readonly response?: { readonly status?: number; readonly data?: unknown; readonly headers?: Headers };
}

/** Google reports rate limits with 403, where other services use 429. */
const TOO_MANY = /rateLimitExceeded|userRateLimitExceeded|quotaExceeded|RESOURCE_EXHAUSTED/;

/** Calls Google and converts its error to an `ApplicationFailure` without the request. */
export async function callGoogle<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw failureOf(what, error as GoogleError);
  }
}

/**
 * `Unreachable` (after `Retry-After`) for temporary errors, `ConfigInvalid` with a remedy for wrong access, else
 * `CommandFailed`.
 */
function failureOf(what: string, error: GoogleError): ApplicationFailure {
  const { response } = error;
  const status = response?.status ?? error.status;
  const said = textOf(response?.data);
  const place = `survey: Google, ${what}`;
  if (/invalid_grant|unauthorized_client|invalid_client/.test(said))
    return refuse(
      'ConfigInvalid',
      `${place}: Google no longer accepts the login (${said}): make a new refresh token or key, docs/credentials.md "Google"`,
    );
  if (status === undefined) return tryAgain('Unreachable', `${place}: no answer (${error.code ?? 'unknown reason'})`);
  if (status === 429 || status >= 500 || (status === 403 && TOO_MANY.test(said)))
    return tryAgain('Unreachable', `${place}: answers ${status}`, undefined, retryAfterMs(response?.headers));
  if (status === 401)
    return refuse('ConfigInvalid', `${place}: 401, the login is not accepted: check the SEMESTER_GOOGLE secrets`);
  if (status === 403)
    return refuse(
      'ConfigInvalid',
      `${place}: 403 ${said}: enable the Forms and Drive APIs for the project, and share the form with the account of the service`,
    );
  if (status === 404)
    return refuse(
      'ConfigInvalid',
      `${place}: 404, no such form for this account: check survey.formId, and whom it is shared with`,
    );
  return refuse('CommandFailed', `${place}: ${status} ${said}`);
}

/** The text of Google's error: `{error: {message, status, errors}}`, or OAuth's `{error, error_description}`. */
function textOf(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '';
  const { error } = data as { error?: unknown };
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null) return '';
  const { message = '', status = '', errors = [] } = error as { message?: string; status?: string; errors?: unknown };
  const reasons = Array.isArray(errors) ? errors.map((one: { reason?: string }) => one.reason ?? '') : [];
  return [status, ...reasons, message]
    .filter((word) => word !== '')
    .join(' ')
    .slice(0, 300);
}

/** Seconds, or a date. */
function retryAfterMs(headers: Headers | undefined): number | undefined {
  const value = headers?.get('retry-after');
  if (!value) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
