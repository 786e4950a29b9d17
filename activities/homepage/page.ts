import { publishGate } from '../../domain/gates/publish.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { durationMs } from '../../domain/moments.ts';
import type { Proof } from '../../domain/proof.ts';
import { refuse } from '../failures.ts';
import { beat, cancellation } from '../hosts/remote/activity-context.ts';
import type { HomepageDependencies } from './dependencies.ts';
import { permalinkOf } from './permalink.ts';
import { missingFromPage } from './shown.ts';
import type { HomepageActivities } from './contract.ts';

const ANSWER_MS = 15_000;
const POLL_MS = 5_000;

/** Polls the public page until it shows the approved text. See `HomepageActivities.awaitPage`. */
export function awaitPage(
  { site: read, store, clock }: Pick<HomepageDependencies, 'site' | 'store' | 'clock'>,
  pollMs = POLL_MS,
): HomepageActivities['awaitPage'] {
  return async ({ ref, plan }) => {
    const { homepage } = await read();
    const { binding } = await store.getPlan(publishGate, plan);
    const url = permalinkOf(homepage, binding.path, binding.content);
    const proof = (summary: string): Proof<'page'> => ({
      what: 'page',
      at: clock().toISOString(),
      summary,
      facts: { url },
      how: ref.byHand ? 'by-hand' : 'service',
    });
    const giveUp = Date.now() + durationMs(homepage.wait);
    for (;;) {
      const looked = await look(url, binding.content);
      if (looked === null) return proof(`${url} shows the post`);
      // A person published their own text: the service can only check that the page opens.
      if (ref.byHand && looked.opens) return proof(`${url} opens; a person wrote its text`);
      if (ref.byHand || Date.now() >= giveUp)
        throw refuse('VerificationFailed', `homepage: ${url} ${looked.why}; ${REMEDY}`);
      beat({ url, why: looked.why });
      await sleep(Math.min(pollMs, Math.max(1, giveUp - Date.now())), undefined, { signal: cancellation() });
    }
  };
}

const REMEDY = 'check the build of the site, and homepage.permalink and homepage.zone in site.yaml; then `retry`';

/** Null where the page shows the text; else why not. */
async function look(url: string, content: string): Promise<{ opens: boolean; why: string } | null> {
  const cancelled = cancellation();
  const deadline = AbortSignal.timeout(ANSWER_MS);
  try {
    const response = await fetch(url, {
      headers: { 'cache-control': 'no-cache' },
      signal: cancelled ? AbortSignal.any([cancelled, deadline]) : deadline,
    });
    const html = await response.text();
    if (!response.ok) return { opens: false, why: `answers ${response.status}` };
    const [missing] = missingFromPage(content, html);
    return missing === undefined ? null : { opens: true, why: `does not show “${missing.trim().slice(0, 80)}”` };
  } catch (error) {
    cancelled?.throwIfAborted();
    const { code } = (error instanceof Error ? (error.cause ?? {}) : {}) as { code?: string };
    return { opens: false, why: `does not open (${code ?? 'no answer in time'})` };
  }
}
