import { plainText } from './survey-rules.ts';

/** Why the first row of a CSV is no usable header: another separator, or a title that appears twice. Null: nothing. */
export function headerProblem(header: readonly string[]): string | null {
  const [only = ''] = header;
  const separator = ([';', '\t', '|'] as const).find((mark) => only.includes(mark));
  if (header.length === 1 && separator !== undefined) {
    const name = { ';': 'semicolons', '\t': 'tabs', '|': 'vertical bars' }[separator];
    return `is separated by ${name}, not by commas; export it with commas`;
  }
  const titles = header.map(plainText).filter((title) => title !== '');
  const seen = new Set<string>();
  const twice = titles.find((title) => seen.has(title) || !seen.add(title));
  return twice === undefined ? null : `has the column "${twice}" twice; rename or delete one of them`;
}
