import type { Proof } from '../domain/proof.ts';
import type { PublishInput } from '../domain/publish.ts';
import { installOperatorContext } from './operator/install.ts';
import { gate } from './operator/gates.ts';
import { myId } from './operator/state.ts';
import { approvedStep, planning, skippable } from './operator/steps.ts';
import { untilMerged } from './phases/merge.ts';
import { long, quick } from './policies.ts';

export interface PublishResult {
  readonly outcome: 'published' | 'nothing' | 'aborted';
  readonly proofs: readonly Proof[];
}

/** R6, once more: a post that is out is corrected, where people approve what it will say. The form stays as it is. */
export async function publish({ site: siteName, name, semester, startedBy }: PublishInput): Promise<PublishResult> {
  const operator = installOperatorContext({ kind: 'publish', name: myId(), startedBy, phase: 'reopen' });
  return operator.run<PublishResult>(
    async () => {
      const site = await planning(operator, 'read-site', () => quick.readSite({ site: siteName }));
      operator.applySitePolicy(site);
      for (;;) {
        const result = await gate(operator, 'publish', { site, plan: () => quick.planUpdate({ name, semester }) });
        if (result.kind !== 'approved') return { outcome: 'nothing', proofs: [] };
        const plan = result.plan.digest;
        const post = await approvedStep(operator, 'post', (ref) => long.publishPost({ ref, plan }));
        if (post === 'void') continue;
        await untilMerged(operator, plan, post);
        const page = await skippable(operator, 'page', (ref) => long.awaitPage({ ref, plan }));
        operator.enter('done');
        return { outcome: 'published', proofs: [post, ...(page ? [page] : [])] };
      }
    },
    () => Promise.resolve({ outcome: 'aborted', proofs: [] }),
  );
}
