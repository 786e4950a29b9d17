import type { Proof } from '../../domain/proof.ts';
import type { OperatorContext } from '../operator/context.ts';
import { skippable } from '../operator/steps.ts';
import { askUntil } from '../operator/wait.ts';
import { polling, quick } from '../policies.ts';

const LOOK_MS = 60_000;

/** A post that is only proposed is out when somebody has merged it. They are asked to; that they have is seen, not said. */
export async function untilMerged(operator: OperatorContext, plan: string, post: Proof<'post'>): Promise<void> {
  const { pullRequest } = post.facts;
  if (pullRequest === undefined) return;
  await skippable(operator, 'merge', async (ref) => {
    if (ref.byHand) return await quick.awaitMerge({ ref, plan, pullRequest });
    let over = false;
    const merged = polling(LOOK_MS)
      .awaitMerge({ ref, plan, pullRequest })
      .finally(() => (over = true));
    merged.catch(() => undefined);
    const [, repository = '', number = ''] = /([^/]+\/[^/]+)\/pull\/(\d+)$/.exec(pullRequest) ?? [];
    const sentence = `Pull request #${number}, ${pullRequest}, waits to be merged by somebody who may write to ${repository}. It goes on by itself then.`;
    const ask = { key: 'merge', kind: 'gate', about: 'merge', round: ref.round, sentence } as const;
    await askUntil(operator, { ...ask, headline: pullRequest, lines: [], commands: [] }, () => over);
    return await merged;
  });
}
