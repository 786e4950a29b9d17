import { basename } from 'node:path';
import { parse } from 'yaml';
import { dateIn } from '../../domain/moments.ts';
import type { HomepageConfig } from '../../domain/reopen-config.ts';

/**
 * The address that Jekyll gives a post: `https://bacchus.snucse.org/2027/03/01/gpu.html`. Its day is that of the front
 * matter's date in the zone of the build, not that of the file name. A post without categories has no part for them.
 */
export function permalinkOf(
  homepage: Pick<HomepageConfig, 'url' | 'permalink' | 'zone'>,
  path: string,
  content: string,
): string {
  const date = dateOfPost(content);
  const [day = '', time = '', offset = ''] = date.split(' ');
  const instant = `${day}T${time}${offset.replace(/(\d\d)$/, ':$1')}`;
  const [year = '', month = '', dayOfMonth = ''] = dateIn(instant, homepage.zone).split('-');
  const title = basename(path)
    .replace(/^\d{4}-\d\d-\d\d-/, '')
    .replace(/\.\w+$/, '');
  const categories = categoriesOf(content).join('/');
  const parts: Readonly<Record<string, string>> = { year, month, day: dayOfMonth, title, categories };
  const below = homepage.permalink
    .replace(/:(year|month|day|title|categories)/g, (_, name: string) => parts[name] ?? '')
    .replace(/\/{2,}/g, '/');
  return `${homepage.url.replace(/\/+$/, '')}${below}`;
}

/** `category` or `categories` of the front matter, a list or words with blanks between, as Jekyll puts them into an address. */
function categoriesOf(content: string): readonly string[] {
  const { category, categories } = parseFrontMatter(content);
  const given = categories ?? category;
  const words = typeof given === 'string' ? given.split(/\s+/) : Array.isArray(given) ? given.map(String) : [];
  return [...new Set(words.filter((word) => word !== '').map((word) => encodeURIComponent(word.toLowerCase())))];
}

function parseFrontMatter(content: string): { readonly category?: unknown; readonly categories?: unknown } {
  const text = /^---\r?\n([\s\S]*?)\n---/.exec(content)?.[1] ?? '';
  const parsed: unknown = parse(text);
  return typeof parsed === 'object' && parsed !== null ? parsed : {};
}

/** `date` in a post's front matter. */
export const dateOfPost = (content: string): string => /^date: (.*)$/m.exec(content)?.[1] ?? '';
