import { join } from 'node:path';
import type { Language } from '../domain/names.ts';
import type { Exemption, Site } from '../domain/site.ts';
import { refuse } from '../activities/failures.ts';
import { readCatalogue, type Catalogue } from './catalogue.ts';
import type { MessageKey, MessageVariables } from './keys.ts';
import { renderLiquid } from './liquid.ts';
import { SHIPPED } from './template-file.ts';

/**
 * The text of a key in one language: `say('prune.headline', { count: 3, storage: 'oloroso' })`.
 * @throws ApplicationFailure `ConfigInvalid` with file, line and key if a site's text cannot be rendered
 */
export type Say = <K extends MessageKey>(
  key: K,
  ...data: MessageVariables[K] extends null ? [] : [MessageVariables[K]]
) => string;

/**
 * Reads `templates/messages/LANGUAGE.yaml` of the site at every call, so that reject → edit → retry shows the new text.
 * A key that the site's file lacks comes from the shipped file.
 * @throws ApplicationFailure `ConfigInvalid` with file, line and key
 */
export async function readMessages(site: Pick<Site, 'templates'>, language: Language): Promise<Say> {
  const [shipped, own] = await Promise.all([readCatalogue(SHIPPED, language), readCatalogue(site.templates, language)]);
  const known: Catalogue = shipped ?? new Map();
  for (const [key, { file, line }] of own ?? [])
    if (!known.has(key)) throw refuse('ConfigInvalid', `${file}:${line}: ${key}: there is no such message`);
  return (key, ...[data]) => {
    const text = own?.get(key) ?? known.get(key);
    if (!text) throw refuse('ConfigInvalid', `${join(SHIPPED, 'messages', language)}.yaml: ${key} is missing`);
    return renderLiquid(text.file, text.source, text.linesBefore, data ?? {}, key);
  };
}

/** A text for terminals, in both languages, because the service does not know who reads it. */
export async function toTerminals(site: Pick<Site, 'templates'>, text: (say: Say) => string): Promise<string> {
  const both = await Promise.all([readMessages(site, 'ko'), readMessages(site, 'en')]);
  return both.map(text).join('\n');
}

/** `bacchus — protected`, `prof — professor, until 2027-08-10`. */
export const keptLine = (say: Say, { user, reason, until }: Exemption): string =>
  say('common.kept', { user, reason, until: until ?? null });
