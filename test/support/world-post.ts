import { nothingNew, refuse } from '../../activities/failures.ts';
import type { PlanGate } from '../../domain/gates/index.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Prove } from './prove.ts';
import type { HomepageActivities } from '../../activities/homepage/contract.ts';

/** Form and homepage. */
export interface Post {
  /** Where the service's own form is; null: a person makes it. */
  makesForm: string | null;
  /** Text of the templates; approvals bind it. */
  template: string;
  /** The pull request of a proposed post, and whether it is merged. */
  pullRequest: string | null;
  merged: boolean;
}

interface Tools {
  readonly note: (what: string) => Promise<unknown>;
  readonly plan: (gate: PlanGate, binding: object, rows: string[]) => PlanRef;
  readonly prove: Prove;
}

const POST = { path: '_posts/x.md', commit: 'c', bytes: 1 };

/** Form and homepage in memory. */
export function postIn(world: Post, { note, plan, prove }: Tools): HomepageActivities {
  return {
    formInstructions: async () => 'Make the form.',
    checkForm: async ({ url }) => {
      if (!url.startsWith('https://')) throw refuse('VerificationFailed', `${url} does not open`);
      return prove('form', url, { url, status: 200 });
    },
    makeForm: async () =>
      world.makesForm === null ? null : prove('form-made', 'made', { id: 'f', url: world.makesForm, open: false }),
    publishForm: async ({ ref }) => {
      if (world.makesForm !== null) await note('open form');
      return prove('form', 'open', { url: world.makesForm ?? '', status: 200 }, ref.byHand);
    },
    awaitPage: async ({ ref }) => prove('page', 'shown', { url: 'https://example.org' }, ref.byHand),
    closeForm: () => note('close form').then(() => prove('form-closed', 'closed', { open: false })),
    planPublish: async ({ formUrl }) => plan('publish', { formUrl, text: world.template }, ['title']),
    planUpdate: async ({ name }) => plan('publish', { name, text: world.template }, world.template ? ['~ title'] : []),
    publishPost: async () => {
      await note('publish');
      const { pullRequest } = world;
      return prove('post', 'published', { ...POST, ...(pullRequest && { pullRequest }) });
    },
    awaitMerge: async ({ ref }) => {
      if (!world.merged) throw nothingNew('it waits to be merged');
      return prove('merged', 'merged', POST, ref.byHand);
    },
  };
}
