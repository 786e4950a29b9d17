import { GATES } from '../domain/gates/index.ts';
import type { Language } from '../domain/names.ts';

const HEAD: Readonly<Record<Language, string>> = {
  en: '| gate | what it decides | approvers, where site.yaml does not say |\n|---|---|---|',
  ko: '| 게이트 | 무엇을 정하는가 | 승인자 수 (site.yaml에 없을 때) |\n|---|---|---|',
};
const BY_HAND: Readonly<Record<Language, string>> = { en: 'by hand, then `done`', ko: '직접 하고 `done`' };

/** The gates as a table for a document, from the registry. */
const tableOf = (language: Language): string =>
  [
    HEAD[language],
    ...GATES.map((gate) => {
      const who = gate.kind === 'plan' ? String(gate.quorum) : BY_HAND[language];
      return `| \`${gate.name}\` | ${gate.decides[language]} | ${who} |`;
    }),
  ].join('\n');

const MARKED = /<!-- gates -->\n[^]*?<!-- \/gates -->/;

/** The documents with a table of gates, by path, and the language of each. */
export const GATE_DOCUMENTS: Readonly<Record<string, Language>> = { 'docs/approvals.md': 'en', 'README.ko.md': 'ko' };

/** A document with the table as the registry has it. @throws Error where the markers of the table are missing */
export function withGateTable(text: string, language: Language): string {
  if (!MARKED.test(text)) throw new Error('the markers <!-- gates --> and <!-- /gates --> are missing');
  return text.replace(MARKED, `<!-- gates -->\n\n${tableOf(language)}\n\n<!-- /gates -->`);
}
