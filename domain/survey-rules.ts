import type { Language } from './names.ts';

/** What an answer must be for its application to be in order, beside the terms: `applications.rules` of site.yaml. */
export interface SurveyRule {
  /** Title of the question. */
  readonly column: string;
  /** It has to be answered. */
  readonly required?: boolean | undefined;
  /** One of these answers. */
  readonly oneOf?: readonly string[] | undefined;
  /** A regular expression that the whole answer has to match. */
  readonly matches?: string | undefined;
  /** What the applicant is told where it is not so. */
  readonly say: Readonly<Record<Language, string>>;
}

/** The form in which titles and answers are compared: full-width letters made plain, runs of blanks one blank. */
export const plainText = (text: string) => text.normalize('NFKC').replace(/\s+/g, ' ').trim();

/** The rules that an answer breaks, in their order. `cells`: answers by title, as `SurveyAnswer` has them. */
export function brokenRules(
  rules: readonly SurveyRule[],
  cells: Readonly<Record<string, string>>,
): readonly SurveyRule[] {
  return rules.filter(({ column, required, oneOf, matches }) => {
    const title = plainText(column);
    const given = plainText(Object.hasOwn(cells, title) ? (cells[title] ?? '') : '');
    if (given === '') return required === true || oneOf !== undefined || matches !== undefined;
    if (oneOf && !oneOf.some((answer) => plainText(answer).toLowerCase() === given.toLowerCase())) return true;
    return matches !== undefined && !new RegExp(`^(?:${matches})$`, 'u').test(given);
  });
}
