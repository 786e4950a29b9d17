import type { Language } from '../domain/names.ts';
import { readCatalogue } from './catalogue.ts';
import { renderLiquid } from './liquid.ts';
import { SHIPPED } from './template-file.ts';

/** A recorded sentence in the reader's language. What is not known, such as the words of an error or of a person, stays as it is. */
export type Recorded = (sentence: string) => string;

interface Known {
  readonly key: string;
  readonly pattern: RegExp;
  /** What the sentence itself says between its variables. */
  readonly words: readonly string[];
  /** Characters of these words: of two sentences that match, the longer one is meant. */
  readonly own: number;
}

/** Longer texts stay as they are. The patterns have several variables, and take long for a long text that somebody made for that. */
const MOST = 1000;
/** A sentence may have several parts, each of them known or not. */
const BETWEEN = '; ';
/** An entry of a list, the type of a failure before its words, or a step before its proof. */
const MARKED = /^(- |[A-Z][A-Za-z]+: |[a-z][a-z0-9-]*: )(.*)$/;
/** Variables that hold whole sentences, and so may have parts. */
const SENTENCES: readonly string[] = ['why', 'rest', 'reason', 'comment', 'headline'];
/** Variables that hold one word. */
const WORDS: readonly string[] = ['host', 'type', 'fingerprint', 'uuid', 'step', 'round'];
const VARIABLE = /\{\{ (\w+)(?: \| plural: '([^']+)'(?:, '([^']+)')?)? \}\}/g;

/**
 * Says recorded sentences in another language. Workflows and activities record English, whoever reads it: histories are kept, exported and
 * read in Temporal's UI. So a sentence is recognised by its text in `recorded` of the shipped en.yaml.
 */
export async function readRecorded(language: Language): Promise<Recorded> {
  if (language === 'en') return (sentence) => sentence;
  const [english, own] = await Promise.all([readCatalogue(SHIPPED, 'en'), readCatalogue(SHIPPED, language)]);
  const known = [...(english ?? [])]
    .flatMap(([key, { source }]) => (key.startsWith('recorded.') ? [knownBy(key, source)] : []))
    .toSorted((a, b) => b.own - a.own);
  const whole = (sentence: string): string | null => {
    if (sentence.length > MOST) return null;
    for (const { key, pattern, words } of known) {
      if (words.some((word) => !sentence.includes(word))) continue;
      const found = pattern.exec(sentence);
      const text = found && own?.get(key);
      if (!text) continue;
      const facts = Object.entries(found.groups ?? {}).map(([name, value]) => [name, say(value)]);
      return renderLiquid(text.file, text.source, text.linesBefore, Object.fromEntries(facts), key);
    }
    return null;
  };
  const marked = (text: string): string | null => {
    const [, mark = '', rest] = MARKED.exec(text) ?? [];
    const known = rest === undefined ? null : whole(rest);
    return known === null ? null : mark + known;
  };
  const sayLine = (line: string): string => {
    const part = (text: string) => whole(text) ?? marked(text);
    return (
      part(line) ??
      line
        .split(BETWEEN)
        .map((text) => part(text) ?? text)
        .join(BETWEEN)
    );
  };
  const say: Recorded = (sentence) => whole(sentence) ?? sentence.split('\n').map(sayLine).join('\n');
  return say;
}

function knownBy(key: string, source: string): Known {
  let pattern = '';
  let at = 0;
  const seen = new Set<string>();
  for (const {
    0: { length },
    1: name = '',
    2: one,
    3: more,
    index,
  } of source.matchAll(VARIABLE)) {
    pattern += escaped(source.slice(at, index)) + groupOf(name, seen);
    if (one !== undefined) pattern += ` (?:${escaped(one)}|${escaped(more ?? `${one}s`)})`;
    at = index + length;
  }
  pattern += escaped(source.slice(at));
  // Without the groups of VARIABLE, which `split` would keep.
  const words = source.split(/\{\{.*?\}\}/).filter((word) => word !== '');
  return { key, pattern: new RegExp(`^${pattern}$`, 's'), words, own: words.join('').length };
}

/** A name that occurs again stands for the same text. */
function groupOf(name: string, seen: Set<string>): string {
  if (seen.has(name)) return `\\k<${name}>`;
  seen.add(name);
  if (name === 'count' || name === 'total') return `(?<${name}>\\d+)`;
  if (WORDS.includes(name)) return `(?<${name}>\\S+?)`;
  return SENTENCES.includes(name) ? `(?<${name}>.+?)` : `(?<${name}>(?:(?!${BETWEEN}).)+?)`;
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
