import { lexer, walkTokens } from 'marked';
import { cancellation } from '../hosts/remote/activity-context.ts';

const ANSWER_MS = 15_000;

/** What an address answers without a login, after redirects; or why it does not. */
export type Opened = { readonly status: number; readonly url: string } | { readonly failed: string };
export type Open = (url: string, ms?: number) => Promise<Opened>;

/** Opens a web address without a login, and reads nothing of the page. @throws CancelledFailure when the activity is cancelled */
export const openAddress: Open = async (url, ms = ANSWER_MS) => {
  const cancelled = cancellation();
  const deadline = AbortSignal.timeout(ms);
  try {
    const response = await fetch(url, { signal: cancelled ? AbortSignal.any([cancelled, deadline]) : deadline });
    await response.body?.cancel();
    return { status: response.status, url: response.url };
  } catch (error) {
    cancelled?.throwIfAborted();
    const { code } = (error instanceof Error ? (error.cause ?? {}) : {}) as { code?: string };
    return { failed: code ?? (deadline.aborted ? 'no answer in time' : 'cannot be opened') };
  }
};

/** The web addresses of links and pictures in a post, each once; those without a host are below `base`. */
export function linksOf(content: string, base: string): readonly string[] {
  const body = content.replace(/^---\r?\n[\s\S]*?\n---\r?\n/, '');
  const found = new Set<string>();
  void walkTokens(lexer(body), (token) => {
    if (token.type !== 'link' && token.type !== 'image') return;
    const href = (token as { readonly href?: unknown }).href;
    if (typeof href !== 'string' || href.startsWith('#') || !URL.canParse(href, base)) return;
    const url = new URL(href, base);
    if (/^https?:$/.test(url.protocol)) found.add(url.href);
  });
  return [...found];
}

/** A link that does not open, and why. */
export interface BrokenLink {
  readonly url: string;
  readonly why: string;
}

/** Opens each address. One that asks for a login exists. */
export async function brokenLinks(urls: readonly string[], open: Open): Promise<readonly BrokenLink[]> {
  const looked = await Promise.all(urls.map(async (url) => ({ url, opened: await open(url) })));
  return looked.flatMap(({ url, opened }) => {
    if ('failed' in opened) return [{ url, why: opened.failed }];
    return opened.status < 400 || opened.status === 401 ? [] : [{ url, why: String(opened.status) }];
  });
}
