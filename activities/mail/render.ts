import type { RenderedMail } from './contract.ts';
import { Marked } from 'marked';
import type { Language } from '../../domain/names.ts';
import { renderLiquid } from '../../texts/liquid.ts';
import { type MailTemplate, readMailTemplate, templateParts } from './template.ts';

const escapeHtml = (text: string) =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);

// These mails contain names and output of hosts, so HTML in them is escaped.
const markdown = new Marked({ gfm: true, breaks: true, renderer: { html: ({ text }) => escapeHtml(text) } });

/**
 * Renders `templates/mail/LANGUAGE/NAME.md`. Reads the file at every call, so that reject → edit → retry shows the new
 * text.
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

/** Renders a template that was read before, such as the one in an approved plan. @throws as `renderMail` */
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
