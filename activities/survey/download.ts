import { decodeText } from '../../config/text-file.ts';
import { tryAgain, refuse, isFailure } from '../failures.ts';
import { cancellation } from '../hosts/remote/activity-context.ts';

const FETCH_MS = 30_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** The address without query and fragment, which may contain a secret. Errors name only this part. */
export const withoutQuery = (address: string) => address.replace(/[?#].*$/, '');

/**
 * Downloads a CSV from a protected address: first without the token, which must fail, then with it.
 * @throws ApplicationFailure `ConfigInvalid` if it opens without credentials, or the token is missing or wrong;
 * `Unreachable`
 */
export async function download(address: string, token: string | undefined): Promise<string> {
  const place = withoutQuery(address);
  const wrong = (why: string) => refuse('ConfigInvalid', `survey: ${place} ${why}`);
  const stranger = await get(address, undefined);
  if (isCsv(stranger))
    throw wrong(
      'opens without credentials, and it holds names and student numbers: share it with the service alone, and set SEMESTER_SURVEY_TOKEN',
    );
  if (token === undefined)
    throw wrong('needs credentials, and SEMESTER_SURVEY_TOKEN is not set: set it for the worker');
  const ours = await get(address, token);
  if (isCsv(ours)) return ours.text;
  if (ours.status === 401 || ours.status === 403)
    throw wrong(`answers ${ours.status} to SEMESTER_SURVEY_TOKEN: have a new token issued`);
  const why = ours.status < 400 ? 'answered a web page where a CSV was expected' : `answered ${ours.status}`;
  throw tryAgain('Unreachable', `survey: ${place} ${why}; check survey.csv in site.yaml`);
}

interface Downloaded {
  readonly status: number;
  readonly text: string;
}

/** Whether the answer is a CSV and no sign-in page. */
const isCsv = ({ status, text }: Downloaded) => status < 300 && !/^\s*<(!doctype|html)/i.test(text);

async function get(address: string, token: string | undefined): Promise<Downloaded> {
  const failed = (why: string) => tryAgain('Unreachable', `survey: ${withoutQuery(address)} ${why}`);
  const cancelled = cancellation();
  const deadline = AbortSignal.timeout(FETCH_MS);
  try {
    const response = await fetch(address, {
      // fetch drops this header after a redirect to another origin.
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: cancelled ? AbortSignal.any([cancelled, deadline]) : deadline,
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length > MAX_BYTES) throw failed('is larger than any survey');
    const decoded = decodeText(bytes);
    if ('text' in decoded) return { status: response.status, text: decoded.text };
    // Pages of errors may have any encoding; only an answer with the data must be readable.
    if (response.status >= 300) return { status: response.status, text: '' };
    const { found, line, remedy } = decoded.problem;
    const row = line === null ? '' : ` in line ${line}`;
    throw refuse('ConfigInvalid', `survey: ${withoutQuery(address)} has ${found}${row}; ${remedy}`);
  } catch (error) {
    cancelled?.throwIfAborted();
    if (isFailure(error)) throw error;
    throw failed(error instanceof Error && error.name === 'TimeoutError' ? 'took too long' : 'does not answer');
  }
}
