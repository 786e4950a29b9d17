import { parse } from 'csv-parse/sync';
import type { Site } from '../../domain/site.ts';
import { surveyMoment } from '../../domain/survey-moment.ts';
import { readTextFile, TextFileError } from '../../config/text-file.ts';
import { headerProblem } from '../../domain/csv-header.ts';
import { plainText } from '../../domain/survey-rules.ts';
import { refuse, tryAgain } from '../failures.ts';
import { answerOf } from './answer.ts';
import { download, withoutQuery } from './download.ts';
import type { Survey, SurveySource } from './types.ts';

const TIME_HEADERS = ['timestamp', '타임스탬프'];

/**
 * The answers in the site's CSV: a local file, or an address that requires the token.
 * @throws ApplicationFailure `Unreachable` (retryable) if it cannot be read or is no CSV, `ConfigInvalid` if a
 * configured column is missing, or the address opens without credentials
 */
export function csvSource(site: Pick<Site, 'survey' | 'zone'>, token: string | undefined): SurveySource {
  const csv = site.survey.csv ?? '';
  return {
    responses: async () => parseSurvey(/^https?:/i.test(csv) ? await download(csv, token) : await readLocal(csv), site),
  };
}

async function readLocal(file: string): Promise<string> {
  try {
    return await readTextFile(file);
  } catch (error) {
    if (!(error instanceof TextFileError)) throw error;
    if (error.code === undefined) throw refuse('ConfigInvalid', `survey: ${error.message}`, error);
    throw tryAgain('Unreachable', `survey: cannot read ${file} (${error.code}); check survey.csv in site.yaml`);
  }
}

/** Parses the CSV by the site's column names; ignores a byte-order mark and empty lines. Throws as `csvSource`. */
export function parseSurvey(text: string, site: Pick<Site, 'survey' | 'zone'>): Survey {
  const [header, ...rows] = records(text);
  if (header === undefined) throw tryAgain('Unreachable', `survey: ${place(site)} is empty, without even a header`);
  const problem = headerProblem(header);
  // A title that appears twice hides an answer: which of two accounts is meant would be chance.
  if (problem !== null) throw refuse('ConfigInvalid', `survey: ${place(site)} row 1 ${problem}`);
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
  const unusable: string[] = [];
  const answers = rows.flatMap((cells, index) => {
    const row = index + 2;
    const cell = (at: number) => plainText(cells[at] ?? '');
    if (cells.every((value) => plainText(value) === '')) return [];
    const at = time < 0 ? null : surveyMoment(cell(time), site.zone);
    const given = {
      username: cell(columns.username),
      studentNumber: cell(columns.studentNumber),
      email: cell(columns.email),
      docker: cell(columns.docker),
      terms: cell(columns.terms),
    };
    const answer = answerOf(
      site.survey,
      row,
      at,
      given,
      Object.fromEntries(titles.map((title, at) => [title, cell(at)])),
    );
    if (typeof answer !== 'string') return [answer];
    unusable.push(`row ${row}, ${answer}`);
    return [];
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

const place = ({ survey }: Pick<Site, 'survey'>) => withoutQuery(survey.csv ?? '');
