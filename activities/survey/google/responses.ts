import type { forms_v1 } from '@googleapis/forms';
import type { SurveyConfig } from '../../../domain/reopen-config.ts';
import { plainText } from '../../../domain/survey-rules.ts';
import { refuse } from '../../failures.ts';
import { answerOf, type Given } from '../answer.ts';
import type { Survey } from '../types.ts';
import type { GoogleClient } from './client.ts';
import { callGoogle } from './failures.ts';

type Response = forms_v1.Schema$FormResponse;

/** The answers of one form that this process has read. Later polls read only newer ones. */
export interface Reading {
  readonly byId: Map<string, Response>;
  /** The newest `lastSubmittedTime` seen. */
  newest: string;
  /** When all answers were last read, in ms. Only a full read drops deleted answers. */
  wholeAt: number;
}

/** Answers may become readable out of order, so each poll reads this interval again. An answer counts once. */
const OVERLAP_MS = 10 * 60_000;
const WHOLE_EVERY_MS = 6 * 3600_000;
const PAGE_SIZE = 1000;

/**
 * All answers of a form, by the titles of its questions. Answers sent before `from` do not count.
 * @throws ApplicationFailure as `asking`, and for a missing question
 */
export async function readResponses(
  { forms }: GoogleClient,
  formId: string,
  config: Pick<SurveyConfig, 'columns' | 'yes'>,
  readings: Map<string, Reading>,
  now: Date,
  from: string | null,
): Promise<Survey> {
  const { data: form } = await callGoogle('read the form', () => forms.forms.get({ formId }));
  const questions = questionsOf(form, config);
  const before = readings.get(formId);
  const goOn = before !== undefined && now.getTime() - before.wholeAt < WHOLE_EVERY_MS && before.newest !== '';
  const reading: Reading = goOn ? before : { byId: new Map(), newest: '', wholeAt: now.getTime() };
  const since = goOn ? new Date(Date.parse(reading.newest) - OVERLAP_MS).toISOString() : null;
  const fetched: Response[] = [];
  for (let pageToken: string | undefined; ;) {
    const { data } = await callGoogle('read the answers', () =>
      forms.forms.responses.list({
        formId,
        pageSize: PAGE_SIZE,
        ...(since !== null && { filter: `timestamp >= ${since}` }),
        ...(pageToken !== undefined && { pageToken }),
      }),
    );
    fetched.push(...(data.responses ?? []));
    if (!data.nextPageToken) break;
    pageToken = data.nextPageToken;
  }
  // Cache only after the last page: a partial read would look complete.
  for (const response of fetched) {
    reading.byId.set(response.responseId ?? '', response);
    const at = response.lastSubmittedTime ?? '';
    if (at > reading.newest) reading.newest = at;
  }
  readings.set(formId, reading);
  return surveyOf([...reading.byId.values()], questions, config, from);
}

/**
 * Ids of questions by title.
 * @throws ApplicationFailure `ConfigInvalid` if a question that site.yaml names is missing
 */
function questionsOf(
  form: forms_v1.Schema$Form,
  { columns }: Pick<SurveyConfig, 'columns'>,
): ReadonlyMap<string, string> {
  const byTitle = new Map(
    (form.items ?? []).flatMap(({ title, questionItem }) => {
      const id = questionItem?.question?.questionId;
      return id ? [[plainText(title ?? ''), id] as const] : [];
    }),
  );
  for (const [key, title] of Object.entries(columns)) {
    if (byTitle.has(plainText(title))) continue;
    const titles = [...byTitle.keys()].map((one) => `"${one}"`).join(', ');
    throw refuse(
      'ConfigInvalid',
      `survey: Google's form has no question "${title}"; set survey.columns.${key} in site.yaml to one of ${titles || '(it has none)'}`,
    );
  }
  return byTitle;
}

/** Numbers answers like rows of a sheet: in order of creation, below a header. */
function surveyOf(
  responses: readonly Response[],
  questions: ReadonlyMap<string, string>,
  config: Pick<SurveyConfig, 'columns' | 'yes'>,
  from: string | null,
): Survey {
  const unusable: string[] = [];
  const inOrder = responses.toSorted((a, b) => (a.createTime ?? '').localeCompare(b.createTime ?? ''));
  const answers = inOrder.flatMap((response, index) => {
    const row = index + 2;
    const at = atOf(response);
    if (from !== null && at !== null && at < from) return [];
    const value = (id: string) => plainText(response.answers?.[id]?.textAnswers?.answers?.[0]?.value ?? '');
    const cells = Object.fromEntries([...questions].map(([title, id]) => [title, value(id)]));
    const given = Object.fromEntries(
      Object.entries(config.columns).map(([key, title]) => [key, cells[plainText(title)] ?? '']),
    ) as Given;
    const answer = answerOf(config, row, at, given, cells);
    if (typeof answer !== 'string') return [answer];
    unusable.push(`row ${row}, ${answer}`);
    return [];
  });
  return { answers, unusable };
}

/** Rounds to milliseconds, because Google's instants have up to nine digits. */
function atOf({ lastSubmittedTime }: Response): string | null {
  const ms = Date.parse(lastSubmittedTime ?? '');
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}
