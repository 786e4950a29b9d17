import type { RenderedMail } from './contract.ts';
import { Liquid, type LiquidError } from 'liquidjs';
import { Marked } from 'marked';
import type { Language } from '../../domain/names.ts';
import { refuse } from '../failures.ts';
import { type MailTemplate, readMailTemplate, templateParts } from './template.ts';

/** A name that a template uses and nobody gave is an error: better no mail than one with a hole. Nothing is read from disk. */
const liquid = new Liquid({ strictVariables: true, strictFilters: true, ownPropertyOnly: true, templates: {} });

const escapeHtml = (text: string) =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);

// Names and what hosts said stand in these mails: HTML in them is shown, not obeyed.
const markdown = new Marked({ gfm: true, breaks: true, renderer: { html: ({ text }) => escapeHtml(text) } });

/**
 * Renders `templates/mail/LANGUAGE/NAME.md`, read anew at every call, so that reject → edit → retry shows the new text.
 * @throws ApplicationFailure `ConfigInvalid`: `templates/mail/ko/notice.md:12: undefined variable: …`.
 */
export async function renderMail(
  templatesDir: string,
  name: string,
  language: Language,
  data: Readonly<Record<string, unknown>>,
): Promise<RenderedMail> {
  return renderTemplate(await readMailTemplate(templatesDir, name, language), data);
}

/** Renders a template that was read before, e.g. the one that an approved plan holds. @throws as `renderMail`. */
export function renderTemplate(template: MailTemplate, data: Readonly<Record<string, unknown>>): RenderedMail {
  const { subject, subjectOffset, body, bodyOffset } = templateParts(template);
  const oneLine = renderLiquid(template.file, subject, subjectOffset, data).replace(/\s+/g, ' ').trim();
  const text = `${renderLiquid(template.file, body, bodyOffset, data)
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
  const html = renderLiquid('templates/mail/layout.html', template.layout, 0, {
    subject: oneLine,
    language: template.language,
    content: markdown.parse(text, { async: false }),
  });
  return { subject: oneLine, text, html };
}

export function renderLiquid(
  file: string,
  source: string,
  linesBefore: number,
  data: Readonly<Record<string, unknown>>,
): string {
  try {
    return liquid.parseAndRenderSync(source, data) as string;
  } catch (error) {
    const { token, originalError, message } = error as Partial<LiquidError> & Error;
    const line = linesBefore + (token?.getPosition()[0] ?? 1);
    // liquidjs appends its own idea of the line, which does not count the front matter.
    const reason = (originalError?.message ?? message).replace(/, (file:.*, )?line:\d+, col:\d+$/, '');
    throw refuse('ConfigInvalid', `${file}:${line}: ${reason}`, error);
  }
}
