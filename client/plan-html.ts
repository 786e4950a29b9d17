import { Liquid } from 'liquidjs';
import { Marked } from 'marked';
import type { PostBinding } from '../activities/homepage/post.ts';
import { samplesIn } from './glance.ts';

const liquid = new Liquid({
  strictVariables: true,
  outputEscape: 'escape',
  root: import.meta.dirname,
  extname: '.liquid',
});
const markdown = new Marked({ gfm: true });

/**
 * Renders as HTML what a gate publishes: the post with the questions of the form, or the mails. Null for gates that publish
 * nothing. The caller has checked the digest of `binding`.
 */
export function renderPlanPage(gate: string, binding: unknown): string | null {
  const post = gate === 'publish' ? postOf(binding as PostBinding) : null;
  const mails = samplesIn(binding);
  if (post === null && mails.length === 0) return null;
  return liquid.renderFileSync('plan-html', { title: post?.title ?? gate, post, mails }) as string;
}

/** Drops the front matter, which is for Jekyll, and renders the Markdown. */
function postOf({ content, title, path, form, formUrl }: PostBinding) {
  const body = content.replace(/^---\n[\s\S]*?\n---\n/, '');
  return { title, path, form, formUrl, html: markdown.parse(body, { async: false }) };
}
