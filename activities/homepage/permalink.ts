import { basename } from 'node:path';
import { dateIn } from '../../domain/moments.ts';
import type { HomepageConfig } from '../../domain/reopen-config.ts';

/**
 * The address that Jekyll gives a post: `https://bacchus.snucse.org/2027/03/01/gpu.html`. Its day is that of the front
 * matter's date in the zone of the build, not that of the file name.
 */
export function permalinkOf(
  homepage: Pick<HomepageConfig, 'url' | 'permalink' | 'zone'>,
  path: string,
  date: string,
): string {
  const [day = '', time = '', offset = ''] = date.split(' ');
  const instant = `${day}T${time}${offset.replace(/(\d\d)$/, ':$1')}`;
  const [year = '', month = '', dayOfMonth = ''] = dateIn(instant, homepage.zone).split('-');
  const title = basename(path)
    .replace(/^\d{4}-\d\d-\d\d-/, '')
    .replace(/\.\w+$/, '');
  const parts: Readonly<Record<string, string>> = { year, month, day: dayOfMonth, title };
  const below = homepage.permalink.replace(/:(year|month|day|title)/g, (_, name: string) => parts[name] ?? '');
  return `${homepage.url.replace(/\/+$/, '')}${below}`;
}

/** `date` in a post's front matter. */
export const dateOfPost = (content: string): string => /^date: (.*)$/m.exec(content)?.[1] ?? '';
