import type { Language } from '../domain/names.ts';
import type { Reader } from '../domain/moments.ts';
import type { Say } from '../texts/messages.ts';
import type { Recorded } from '../texts/recorded.ts';

export { inReadersTime, type Reader } from '../domain/moments.ts';

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

/** What a screen says itself, and what it says of recorded sentences. */
export interface Texts {
  readonly say: Say;
  readonly recorded: Recorded;
}

/** The shipped texts in the reader's language: the command line has no templates of a site. */
export async function textsFor({ language }: Pick<Reader, 'language'>): Promise<Texts> {
  // Only here: most commands need none of them.
  const [{ readMessages }, { readRecorded }, { SHIPPED }] = await Promise.all([
    import('../texts/messages.ts'),
    import('../texts/recorded.ts'),
    import('../texts/template-file.ts'),
  ]);
  return { say: await readMessages({ templates: SHIPPED }, language), recorded: await readRecorded(language) };
}
