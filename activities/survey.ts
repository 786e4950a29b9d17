import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { accountKey, type SurveyAnswer } from '../domain/applications.ts';
import type { Site } from '../domain/site.ts';
import { surveyMoment } from '../domain/survey-moment.ts';
import { plainText } from '../domain/survey-rules.ts';
import { refuse, tryAgain } from './failures.ts';
import { cancellation } from './hosts/context.ts';

/** What a survey holds: its answers, and a sentence for each row that cannot be used. */
export interface Survey {
  readonly answers: readonly SurveyAnswer[];
  /** `row 7, column "Account": empty`. Names no person. */
  readonly unusable: readonly string[];
}

const FETCH_MS = 30_000;
const MAX_BYTES = 16 * 1024 * 1024;
const TIME_HEADERS = ['timestamp', '타임스탬프'];
const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/;

/**
 * Reads the survey's answers (R7) from the site's CSV file or URL.
 * @throws ApplicationFailure `Unreachable` (tried again) when it cannot be read or is no CSV, `ConfigInvalid` when a
 *   configured column is not there.
 */
export async function readSurvey(site: Site): Promise<Survey> {
  const { csv } = site.survey;
  const text = /^https?:/i.test(csv) ? await download(new URL(csv)) : await readLocal(csv);
  return parseSurvey(text, site);
}

async function readLocal(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw tryAgain('Unreachable', `survey: cannot read ${file} (${code}); check survey.csv in site.yaml`);
  }
}

/** The query of an export link is as good as a password, so errors name only what stands before it. */
async function download(url: URL): Promise<string> {
  const place = `${url.origin}${url.pathname}`;
  const failed = (why: string) => tryAgain('Unreachable', `survey: ${place} ${why}; check survey.csv in site.yaml`);
  const cancelled = cancellation();
  const deadline = AbortSignal.timeout(FETCH_MS);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { signal: cancelled ? AbortSignal.any([cancelled, deadline]) : deadline });
    text = await response.text();
  } catch (error) {
    cancelled?.throwIfAborted();
    throw failed(error instanceof Error && error.name === 'TimeoutError' ? 'took too long' : 'does not answer');
  }
  if (!response.ok) throw failed(`answered ${response.status}`);
  if (text.length > MAX_BYTES) throw failed('is larger than any survey');
  if (/^\s*<(!doctype|html)/i.test(text)) throw failed('answered a web page where a CSV was expected');
  return text;
}

/** Reads the CSV's text: columns by the site's names, a byte-order mark and empty lines let pass. Errors as `readSurvey`. */
export function parseSurvey(text: string, site: Pick<Site, 'survey' | 'zone'>): Survey {
  const [header, ...rows] = records(text);
  if (header === undefined) throw tryAgain('Unreachable', `survey: ${place(site)} is empty, without even a header`);
  const column = columnFinder(header, site);
  const columns = {
    username: column('username'),
    studentNumber: column('studentNumber'),
    email: column('email'),
    docker: column('docker'),
    terms: column('terms'),
  };
  const time = header.findIndex((title) => TIME_HEADERS.includes(plainText(title).toLowerCase()));
  const titles = header.map(plainText);
  const yes = new Set(site.survey.yes.map((word) => plainText(word).toLowerCase()));
  const unusable: string[] = [];

  const answers = rows.flatMap((cells, index): readonly SurveyAnswer[] => {
    const row = index + 2;
    const cell = (at: number) => plainText(cells[at] ?? '');
    if (cells.every((value) => plainText(value) === '')) return [];
    const user = accountKey(cell(columns.username));
    if (user === '' || user.length > 64 || /\p{Cc}/u.test(user)) {
      unusable.push(`row ${row}, column "${site.survey.columns.username}": ${user ? 'no account name' : 'empty'}`);
      return [];
    }
    const email = cell(columns.email);
    return [
      {
        row,
        at: time < 0 ? null : surveyMoment(cell(time), site.zone),
        user,
        studentNumber: cell(columns.studentNumber),
        email: ADDRESS.test(email) ? email : null,
        docker: yes.has(cell(columns.docker).toLowerCase()),
        terms: yes.has(cell(columns.terms).toLowerCase()),
        cells: Object.fromEntries(titles.map((title, at) => [title, cell(at)])),
      },
    ];
  });
  return { answers, unusable };
}

function records(text: string): readonly (readonly string[])[] {
  try {
    return parse(text, { bom: true, relax_column_count: true, skip_empty_lines: false });
  } catch (error) {
    const line = error instanceof Error && 'lines' in error ? ` at line ${String(error.lines)}` : '';
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw tryAgain('Unreachable', `survey: the CSV cannot be read${line} (${code}); export it again`);
  }
}

function columnFinder(header: readonly string[], site: Pick<Site, 'survey'>) {
  const titles = header.map(plainText);
  return (key: keyof Site['survey']['columns']): number => {
    const wanted = site.survey.columns[key];
    const at = titles.indexOf(plainText(wanted));
    if (at >= 0) return at;
    const found = titles.map((title) => `"${title}"`).join(', ');
    throw refuse(
      'ConfigInvalid',
      `survey: ${place(site)} row 1 has no column "${wanted}"; set survey.columns.${key} in site.yaml to one of ${found}`,
    );
  };
}

const place = (site: Pick<Site, 'survey'>) => site.survey.csv.replace(/[?#].*$/, '');
