import type { Proof } from '../domain/proof.ts';
import type { PublishInput } from '../domain/publish.ts';
import { installDesk } from './desk/desk.ts';
import { gate } from './desk/gates.ts';
import { myId } from './desk/state.ts';
import { approvedStep, planning, skippable } from './desk/steps.ts';
import { untilMerged } from './phases/merge.ts';
import { long, quick } from './policies.ts';

export interface PublishResult {
  readonly outcome: 'published' | 'nothing' | 'aborted';
  readonly proofs: readonly Proof[];
}

/** R6, once more: a post that is out is corrected, where people approve what it will say. The form stays as it is. */
export async function publish({ site: siteName, name, semester, startedBy }: PublishInput): Promise<PublishResult> {
  const desk = installDesk({ kind: 'publish', name: myId(), startedBy, phase: 'reopen' });
  return desk.run<PublishResult>(
    async () => {
      const site = await planning(desk, 'read-site', () => quick.readSite({ site: siteName }));
      desk.meet(site);
      for (;;) {
        const result = await gate(desk, 'publish', { site, plan: () => quick.planUpdate({ name, semester }) });
        if (result.kind !== 'approved') return { outcome: 'nothing', proofs: [] };
        const plan = result.plan.digest;
        const post = await approvedStep(desk, 'post', (ref) => long.publishPost({ ref, plan }));
        if (post === 'void') continue;
        await untilMerged(desk, plan, post);
        const page = await skippable(desk, 'page', (ref) => long.awaitPage({ ref, plan }));
        desk.enter('done');
        return { outcome: 'published', proofs: [post, ...(page ? [page] : [])] };
      }
    },
    () => Promise.resolve({ outcome: 'aborted', proofs: [] }),
  );
}
