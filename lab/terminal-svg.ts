const CHAR = 8.4;
const LINE = 19;
const EDGE = 20;
const BAR = 34;
/** Rows of the picture; the rest is cut, as on a screen. */
const ROWS = 46;

/** Columns of the terminal; longer lines go on below, indented. */
const COLUMNS = 108;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** What a person notices first: the command, warnings, and people whom an approver must name. */
function colourOf(line: string): string {
  if (line.startsWith('$ ')) return '#8bd5ca';
  if (/^\s*!/.test(line)) return '#eed49f';
  if (/^\s*\?/.test(line)) return '#f5a97f';
  return /^\S/.test(line) ? '#ffffff' : '#c5cdd9';
}

/** The rows of a line, with the colour of its beginning. */
function rowsOf(line: string): readonly { readonly text: string; readonly colour: string }[] {
  const colour = colourOf(line);
  const indent = ' '.repeat(line.search(/\S|$/) + 2);
  const rows = [''];
  for (const word of line.split(/(?<=\s)(?=\S)/)) {
    if ((rows.at(-1) + word).trimEnd().length > COLUMNS) rows.push(indent);
    rows[rows.length - 1] += word;
  }
  return rows.map((text) => ({ text: text.trimEnd(), colour }));
}

/** A picture of a terminal with a command and its output, as SVG text that stays readable at any size. */
export function terminalSvg(command: string, output: string): string {
  const rows = [`$ ${command}`, '', ...output.split('\n')].flatMap(rowsOf);
  const shown = rows.length > ROWS ? [...rows.slice(0, ROWS - 1), ...rowsOf('…')] : rows;
  const width = Math.ceil(Math.max(...shown.map(({ text }) => text.length)) * CHAR + 2 * EDGE);
  const height = BAR + shown.length * LINE + EDGE;
  const dots = ['#ed8796', '#eed49f', '#a6da95'].map(
    (colour, at) => `<circle cx="${EDGE + at * 18}" cy="${BAR / 2}" r="5.5" fill="${colour}"/>`,
  );
  const texts = shown.map(({ text, colour }, at) =>
    text === ''
      ? ''
      : `<text x="${EDGE}" y="${BAR + LINE * (at + 0.75)}" fill="${colour}" xml:space="preserve">${escaped(text)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14">`,
    `<title>${escaped(command)}</title>`,
    `<rect width="100%" height="100%" rx="9" fill="#24273a"/>`,
    ...dots,
    ...texts.filter((text) => text !== ''),
    '</svg>',
    '',
  ].join('\n');
}
