import { Liquid, type LiquidError } from 'liquidjs';
import { many } from '../domain/many.ts';
import { refuse } from '../activities/failures.ts';

/**
 * The Liquid engine for every text in `templates/`. A variable that the code does not supply is an error, so that no
 * mail goes out with a gap. The engine reads nothing from disk.
 */
export const liquid = new Liquid({ strictVariables: true, strictFilters: true, ownPropertyOnly: true, templates: {} });

/** `{{ homes | plural: 'home' }}`, `{{ count | plural: 'directory', 'directories' }}`: the number with its noun. */
liquid.registerFilter('plural', (count: unknown, one: unknown, more?: unknown) => {
  if (typeof count !== 'number' || typeof one !== 'string')
    throw new Error("plural needs a number and a noun: {{ homes | plural: 'home', 'homes' }}");
  return many(count, one, typeof more === 'string' ? more : undefined);
});

/** `{{ people | names: 5 }}`: at most that many of a list, separated by commas, with `…` if there are more. */
liquid.registerFilter('names', (list: unknown, limit?: unknown) => {
  if (!Array.isArray(list)) throw new Error('names needs a list');
  const most = typeof limit === 'number' ? limit : list.length;
  return list.slice(0, most).join(', ') + (list.length > most ? ', …' : '');
});

/**
 * Renders a text of `templates/`.
 * @param linesBefore lines of the file before `source`
 * @param key of a message
 * @throws ApplicationFailure `ConfigInvalid`: `templates/mail/ko/notice.md:12: undefined variable: …`.
 */
export function renderLiquid(
  file: string,
  source: string,
  linesBefore: number,
  data: Readonly<Record<string, unknown>>,
  key?: string,
): string {
  try {
    return liquid.parseAndRenderSync(source, data) as string;
  } catch (error) {
    const { token, originalError, message } = error as Partial<LiquidError> & Error;
    const line = linesBefore + (token?.getPosition()[0] ?? 1);
    // liquidjs appends a line number that does not count the front matter.
    const reason = (originalError?.message ?? message).replace(/, (file:.*, )?line:\d+, col:\d+$/, '');
    throw refuse('ConfigInvalid', `${file}:${line}: ${key === undefined ? '' : `${key}: `}${reason}`, error);
  }
}
