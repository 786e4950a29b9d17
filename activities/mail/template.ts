import matter from 'gray-matter';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import type { Language } from '../../domain/names.ts';
import { refuse } from '../failures.ts';
import { readTemplate } from '../../texts/template-file.ts';

/** A mail's template as read from disk. Plain JSON, so that an approved plan can hold it. */
export interface MailTemplate {
  /** Path for errors: `templates/mail/ko/notice.md`. */
  readonly file: string;
  readonly language: Language;
  /** Front matter and Liquid in Markdown. */
  readonly source: string;
  /** `templates/mail/layout.html`, the frame of the HTML part. */
  readonly layout: string;
}

/**
 * Reads `mail/LANGUAGE/NAME.md` and `mail/layout.html` below the templates folder, at every call.
 * @throws ApplicationFailure `ConfigInvalid` naming the missing file
 */
export async function readMailTemplate(templatesDir: string, name: string, language: Language): Promise<MailTemplate> {
  const [mail, layout] = await Promise.all([
    readTemplate(templatesDir, 'mail', language, `${name}.md`),
    readTemplate(templatesDir, 'mail', 'layout.html'),
  ]);
  return { file: mail.file, language, source: mail.text, layout: layout.text };
}

/** A template's two Liquid texts, each with the number of lines before it in the file. */
export interface TemplateParts {
  readonly subject: string;
  readonly subjectOffset: number;
  readonly body: string;
  readonly bodyOffset: number;
}

const noCode = {
  parse(): never {
    throw new Error('the front matter is YAML between two lines of ---');
  },
};

/** Separates front matter and body. @throws ApplicationFailure `ConfigInvalid` with file and line */
export function templateParts({ file, source }: MailTemplate): TemplateParts {
  let parsed: matter.GrayMatterFile<string>;
  try {
    // gray-matter would run `---js` front matter as code, and without options it caches what failed to parse.
    const yaml = (text: string) => parseYaml(text) as object;
    parsed = matter(source, { engines: { yaml, js: noCode, javascript: noCode, coffee: noCode } });
  } catch (error) {
    // Lines of the text after the opening `---`, whose line break is the text's first character.
    const line = error instanceof YAMLParseError ? (error.linePos?.[0].line ?? 1) : 1;
    const [reason] = (error as Error).message.split(/ at line \d/);
    throw refuse('ConfigInvalid', `${file}:${line}: ${reason}`, error);
  }
  const subject: unknown = parsed.data.subject;
  if (typeof subject !== 'string' || subject.trim() === '')
    throw refuse('ConfigInvalid', `${file}:1: the front matter has no subject; begin with ---, subject: "…", ---`);
  const lines = source.split('\n');
  return {
    subject,
    subjectOffset: Math.max(
      0,
      lines.findIndex((line) => line.startsWith('subject:')),
    ),
    body: parsed.content,
    bodyOffset: lines.length - parsed.content.split('\n').length,
  };
}
