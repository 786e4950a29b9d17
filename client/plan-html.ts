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
 * Renders as HTML what a gate publishes: the post with the questions of the form, or the mails. Null for gates that publish
 * nothing. The caller has checked the digest of `binding`.
 * @throws PlanShapeError if the binding is not one of this gate
 */
export function renderPlanPage(gate: string, binding: unknown): string | null {
  const { page = null, mails = [] } = planGateOf(gate)?.show(binding) ?? {};
  if (page === null && mails.length === 0) return null;
  const post = page && postOf(page);
  return liquid.renderFileSync('plan-html', { title: post?.title ?? gate, post, mails }) as string;
}

/** Drops the front matter, which is for Jekyll, and renders the Markdown. */
function postOf({ content, title, path, form, formUrl }: SamplePage) {
  const body = content.replace(/^---\n[\s\S]*?\n---\n/, '');
  return { title, path, form, formUrl, html: markdown.parse(body, { async: false }) };
}
