import { Liquid } from 'liquidjs';
import { Marked } from 'marked';
import type { SamplePage } from '../domain/gates/define.ts';
import { planGateOf } from '../domain/gates/index.ts';

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
 * @throws PlanShapeError where the binding is not one of this gate
 */
export function pageOf(gate: string, binding: unknown): string | null {
  const { page = null, mails = [] } = planGateOf(gate)?.show(binding) ?? {};
  if (page === null && mails.length === 0) return null;
  const post = page && postOf(page);
  return liquid.renderFileSync('plan-html', { title: post?.title ?? gate, post, mails }) as string;
}

/** Front matter is for Jekyll; the rest is shown as its Markdown says. */
function postOf({ content, title, path, form, formUrl }: SamplePage) {
  const body = content.replace(/^---\n[\s\S]*?\n---\n/, '');
  return { title, path, form, formUrl, html: markdown.parse(body, { async: false }) };
}
