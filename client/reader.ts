import type { Language } from '../domain/names.ts';
import { formatMinute } from '../domain/moments.ts';

/** Who reads a screen: in which zone and language. */
export interface Reader {
  readonly zone: string;
  readonly language: Language;
  /** Whether each time names its zone, because it is this computer's and not the site's. */
  readonly namesZone: boolean;
}

/**
 * The reader of a screen: the zone of the site, and the language of the terminal (LC_ALL, LC_MESSAGES, LANG) if it is one of
 * ours, else that of the site. Without a site, the zone of this computer.
 */
export function readerOf(
  site: { readonly zone?: string | undefined; readonly language?: Language | undefined } = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): Reader {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  const spoken = (['ko', 'en'] as const).find((language) => new RegExp(`^${language}(_|$)`).test(locale));
  const zone = site.zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { zone, language: spoken ?? site.language ?? 'en', namesZone: site.zone === undefined };
}

const INSTANT = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g;

/** The text with each UTC instant in the reader's zone and language: `2027-02-10 (Wed) 23:59`. */
export const inReadersTime = (text: string, { zone, language, namesZone }: Reader): string =>
  text.replace(INSTANT, (instant) => formatMinute(instant, zone, language) + (namesZone ? ` ${zone}` : ''));
