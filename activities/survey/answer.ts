import { accountKey, type SurveyAnswer } from '../../domain/applications.ts';
import { plainText } from '../../domain/survey-rules.ts';
import type { SurveyConfig } from '../../domain/reopen-config.ts';

/** Longer ones no mail server takes. Anybody may answer the form, and the next expression takes minutes for a very long answer. */
const MOST_OF_ADDRESS = 254;
const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/;

/** The given values by question, normalised by `plainText`. */
export type Given = Readonly<Record<keyof SurveyConfig['columns'], string>>;

/** One answer for R7; or, without naming a person, why it cannot be used: `column "Account": empty`. */
export function answerOf(
  survey: Pick<SurveyConfig, 'columns' | 'yes'>,
  row: number,
  at: string | null,
  given: Given,
  cells: SurveyAnswer['cells'],
): SurveyAnswer | string {
  const yes = new Set(survey.yes.map((word) => plainText(word).toLowerCase()));
  const user = accountKey(given.username);
  if (user === '' || user.length > 64 || /\p{Cc}/u.test(user))
    return `column "${survey.columns.username}": ${user ? 'no account name' : 'empty'}`;
  return {
    row,
    at,
    user,
    studentNumber: given.studentNumber,
    email: given.email.length <= MOST_OF_ADDRESS && ADDRESS.test(given.email) ? given.email : null,
    docker: yes.has(given.docker.toLowerCase()),
    terms: yes.has(given.terms.toLowerCase()),
    cells,
  };
}
