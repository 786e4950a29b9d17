import type { Proof } from '../domain/proof.ts';
import type { PublishInput } from '../domain/publish.ts';
import { installOperatorContext } from './operator/install.ts';
import { gate } from './operator/gates.ts';
import { myId } from './operator/state.ts';
import { readSite } from './operator/site.ts';
import { runStep } from './operator/steps.ts';
import { untilMerged } from './phases/merge.ts';
import { long, quick } from './policies.ts';

export interface PublishResult {
  readonly outcome: 'published' | 'nothing' | 'aborted';
  readonly proofs: readonly Proof[];
}

/** R6: updates a published post after approval. The form does not change. */
export async function publish({ site: siteName, name, semester, startedBy }: PublishInput): Promise<PublishResult> {
  const operator = installOperatorContext({ kind: 'publish', name: myId(), startedBy, phase: 'reopen' });
  return operator.run<PublishResult>(
    async () => {
      const site = await readSite(operator, siteName, 'reopen');
      for (;;) {
        const result = await gate(operator, 'publish', {
          phase: 'reopen',
          site,
          plan: () => quick.planUpdate({ name, semester }),
        });
        if (result.kind !== 'approved') return { outcome: 'nothing', proofs: [] };
        const plan = result.plan.digest;
        const post = await runStep(operator, { name: 'post', phase: 'reopen', approved: true }, (ref) =>
          long.publishPost({ ref, plan }),
        );
        if (post.status === 'void') continue;
        await untilMerged(operator, plan, post.result);
        const page = await runStep(operator, { name: 'page', phase: 'reopen', skippable: true }, (ref) =>
          long.awaitPage({ ref, plan }),
        );
        operator.enter('done');
        return { outcome: 'published', proofs: page.status === 'done' ? [post.result, page.result] : [post.result] };
      }
    },
    () => Promise.resolve({ outcome: 'aborted', proofs: [] }),
  );
}
