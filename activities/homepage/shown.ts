/** The letters and digits of a text: themes, typographic quotes and highlighters do not change them. */
const alphanumeric = (text: string) => text.normalize('NFKC').replace(/[^\p{L}\p{N}]/gu, '');

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

function decoded(html: string): string {
  return html.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? '';
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}

/** The visible text of a line of Markdown: of a link its text, of a list item no number, of a fence nothing. */
function visibleText(line: string): string {
  if (/^\s*(```|~~~|<!--)/.test(line)) return '';
  return alphanumeric(line.replace(/^\s*\d+\.\s/, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
}

/** Addresses of links in Markdown. */
const linksIn = (body: string) => [...body.matchAll(/\]\(([^)\s]+)\)/g)].map(([, address = '']) => address);

/**
 * Lines and links of a post that a page lacks. If there are none, the page was built from this text.
 * @param content the whole file, with front matter
 */
export function missingFromPage(content: string, html: string): readonly string[] {
  const body = content.replace(/^---\n[\s\S]*?\n---\n/, '');
  const text = alphanumeric(decoded(html.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, '').replace(/<[^>]*>/g, '')));
  const page = decoded(html);
  return [
    ...body.split('\n').filter((line) => !text.includes(visibleText(line))),
    ...linksIn(body).filter((address) => !page.includes(address)),
  ];
}
