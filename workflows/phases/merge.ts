import type { Proof } from '../../domain/proof.ts';
import type { OperatorContext } from '../operator/context.ts';
import { runStep } from '../operator/steps.ts';
import { askAndWait } from '../operator/wait.ts';
import { polling, quick } from '../policies.ts';

const POLL_MS = 60_000;

/** Waits until the pull request of a proposed post is merged. It asks approvers once and polls for the merge. */
export async function untilMerged(operator: OperatorContext, plan: string, post: Proof<'post'>): Promise<void> {
  const { pullRequest } = post.facts;
  if (pullRequest === undefined) return;
  await runStep(operator, { name: 'merge', phase: 'reopen', skippable: true }, async (ref) => {
    if (ref.byHand) return await quick.awaitMerge({ ref, plan, pullRequest });
    let over = false;
    const merged = polling(POLL_MS)
      .awaitMerge({ ref, plan, pullRequest })
      .finally(() => (over = true));
    merged.catch(() => undefined);
    const [, repository = '', number = ''] = /([^/]+\/[^/]+)\/pull\/(\d+)$/.exec(pullRequest) ?? [];
    const sentence = `Pull request #${number}, ${pullRequest}, waits for a merge by a person with write access to ${repository}. The workflow continues after the merge.`;
    const ask = { key: 'merge', kind: 'gate', about: 'merge', round: ref.round, sentence } as const;
    await askAndWait(operator, { ...ask, headline: pullRequest, lines: [], commands: [] }, () => over);
    return await merged;
  });
}
