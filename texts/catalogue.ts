import { join } from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import type { Language } from '../domain/names.ts';
import { refuse } from '../activities/failures.ts';
import { readIfThere } from './template-file.ts';

/** One text of a catalogue, with its place for errors. */
interface MessageText {
  /** `templates/messages/ko.yaml` */
  readonly file: string;
  /** The line of the key. */
  readonly line: number;
  /** Lines of the file before the text. */
  readonly linesBefore: number;
  readonly source: string;
}

/** The texts of one file by key, e.g. `wipe.headline`. */
export type Catalogue = ReadonlyMap<string, MessageText>;

const cache = new Map<string, { readonly yaml: string; readonly texts: Catalogue }>();

/**
 * Reads `messages/LANGUAGE.yaml` below a templates folder, at every call. Null if the folder has no such file.
 * @throws ApplicationFailure `ConfigInvalid` with file, line and key
 */
export async function readCatalogue(templatesDir: string, language: Language): Promise<Catalogue | null> {
  const path = join(templatesDir, 'messages', `${language}.yaml`);
  const found = await readIfThere(templatesDir, 'messages', `${language}.yaml`);
  if (found === null) return null;
  const { file, text: yaml } = found;
  const known = cache.get(path);
  if (known?.yaml === yaml) return known.texts;
  const texts = parseCatalogue(file, yaml);
  cache.set(path, { yaml, texts });
  return texts;
}

/** The texts of a catalogue's YAML. @throws ApplicationFailure `ConfigInvalid` with file, line and key */
function parseCatalogue(file: string, yaml: string): Catalogue {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines });
  const texts = new Map<string, MessageText>();
  const fail = (offset: number, reason: string, cause?: unknown): never => {
    throw refuse('ConfigInvalid', `${file}:${lines.linePos(offset).line}: ${reason}`, cause);
  };
  const [error] = document.errors;
  if (error) fail(error.pos[0], error.message.split(/ at line \d/)[0] ?? '', error);
  const collect = (map: YAMLMap, prefix: string) => {
    for (const { key, value } of map.items) {
      if (!isScalar(key)) return fail(0, 'a key must be a word');
      const name = `${prefix}${String(key.value)}`;
      const at = key.range?.[0] ?? 0;
      if (isMap(value)) collect(value, `${name}.`);
      else if (isScalar(value) && typeof value.value === 'string' && value.value.trim() !== '') {
        // The text of a block begins on the line below its `>-`.
        const { line } = lines.linePos(value.range?.[0] ?? at);
        const linesBefore = String(value.type).startsWith('BLOCK') ? line : line - 1;
        texts.set(name, { file, line: lines.linePos(at).line, linesBefore, source: value.value.trim() });
      } else fail(at, `${name}: must be a text`);
    }
  };
  if (isMap(document.contents)) collect(document.contents, '');
  else if (document.contents !== null) fail(0, 'must hold keys with texts');
  return texts;
}
