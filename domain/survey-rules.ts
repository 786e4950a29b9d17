import { RE2JS } from 're2js';
import type { Language } from './names.ts';

/** A rule that an answer must satisfy, in addition to the terms: `applications.rules` of site.yaml. */
export interface SurveyRule {
  /** Title of the question. */
  readonly column: string;
  /** The question requires an answer. */
  readonly required?: boolean | undefined;
  /** The accepted answers. */
  readonly oneOf?: readonly string[] | undefined;
  /** A regular expression (RE2) that the whole answer must match. */
  readonly matches?: string | undefined;
  /** Groups of the ID server whose members need not follow the rule: `undergraduate`. */
  readonly unlessMemberOf?: readonly string[] | undefined;
  /** The sentence in the applicant's mail when the answer breaks the rule. */
  readonly say: Readonly<Record<Language, string>>;
}

/**
 * Normalizes titles and answers for comparison: NFKC, no invisible characters (such as a zero-width space that was copied along), and
 * each run of white space becomes one blank.
 */
export const plainText = (text: string) =>
  text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/g, ' ')
    .trim();

/** Of no group. */
const NONE: ReadonlySet<string> = new Set();

/**
 * The rules that an answer breaks, in their order. `cells`: answers by title, as in `SurveyAnswer`. `groups`: those of the
 * groups named in the rules of which the applicant is a member.
 */
export function brokenRules(
  rules: readonly SurveyRule[],
  cells: Readonly<Record<string, string>>,
  groups: ReadonlySet<string> = NONE,
): readonly SurveyRule[] {
  return rules.filter(({ column, required, oneOf, matches, unlessMemberOf }) => {
    if (unlessMemberOf?.some((group) => groups.has(group))) return false;
    const title = plainText(column);
    const given = plainText(Object.hasOwn(cells, title) ? (cells[title] ?? '') : '');
    if (given === '') return required === true || oneOf !== undefined || matches !== undefined;
    if (oneOf && !oneOf.some((answer) => plainText(answer).toLowerCase() === given.toLowerCase())) return true;
    return matches !== undefined && !RE2JS.compile(matches).matcher(given).matches();
  });
}

/** Whether RE2 accepts a regular expression. RE2 takes linear time, so no expression and no answer stops the service. */
export function isPattern(text: string): boolean {
  try {
    return RE2JS.compile(text) instanceof RE2JS;
  } catch {
    return false;
  }
}
