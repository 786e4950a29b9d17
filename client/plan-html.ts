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
 * What a gate asks about, as people will see it: the post with the form's questions, or the mails. Null for gates that
 * publish nothing. The binding's digest has been checked.
 */
export function pageOf(gate: string, binding: unknown): string | null {
  const post = gate === 'publish' ? postOf(binding as PostBinding) : null;
  const mails = samplesIn(binding);
  if (post === null && mails.length === 0) return null;
  return liquid.renderFileSync('plan-html', { title: post?.title ?? gate, post, mails }) as string;
}

/** Front matter is for Jekyll; the rest is shown as its Markdown says. */
function postOf({ content, title, path, form, formUrl }: PostBinding) {
  const body = content.replace(/^---\n[\s\S]*?\n---\n/, '');
  return { title, path, form, formUrl, html: markdown.parse(body, { async: false }) };
}
