import Table, { type Cell } from 'cli-table3';

/** Below this width a column cannot be read. */
const NARROWEST = 8;
/** Spaces around the text of a column. */
const PADDING = 2;

/**
 * Renders a table. One that is wider than the terminal gets narrower columns, the widest first, and loses no text. `columns` is the
 * width of the terminal; null: the output is no terminal, and lines stay whole.
 */
export function table(columns: number | null, head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const style = { head: [], border: [] };
  const render = (fit: Partial<Table.TableConstructorOptions> = {}) => {
    const made = new Table({ head: [...head], style, ...fit });
    made.push(...rows.map((row) => [...row]));
    return made.toString();
  };
  const natural = render();
  const [border = ''] = natural.split('\n', 1);
  const widths = border
    .slice(1, -1)
    .split('┬')
    .map(({ length }) => length);
  const total = () => widths.reduce((sum, width) => sum + width, widths.length + 1);
  if (columns === null || total() <= columns) return natural;
  while (total() > columns && Math.max(...widths) > NARROWEST) widths[widths.indexOf(Math.max(...widths))]! -= 1;
  // At a word boundary, a word that is longer than its column would be cut off.
  const fits = (cell: Cell, at: number) =>
    (typeof cell === 'string' ? cell : '').split(/\s/).every((word) => widthOf(word) <= (widths[at] ?? 0) - PADDING);
  const wrapOnWordBoundary = [head, ...rows].every((row) => row.every(fits));
  return render({ colWidths: widths, wordWrap: true, wrapOnWordBoundary });
}

/** Characters of a terminal that a word takes: Korean ones take two. */
const widthOf = (word: string) => word.length + (word.match(/[\u1100-\uffff]/g)?.length ?? 0);
