import { refuse } from '../failures.ts';
import type { Proof } from '../../domain/proof.ts';
import type { UpdateActivities } from '../types.ts';

const later = (): Promise<never> => Promise.reject(refuse('CommandFailed', 'not built yet'));

const nothing = (what: string): Proof => ({
  ...{ what, at: new Date().toISOString(), summary: 'not built yet', facts: {} },
  how: 'found',
});

/** Scaffolding of issue 5: each goes when its real one comes. */
export const pending: Pick<UpdateActivities, 'leaderInstructions' | 'pruneImages' | 'rollBack' | 'lookImages'> = {
  leaderInstructions: later,
  pruneImages: async () => nothing('images-pruned'),
  rollBack: later,
  lookImages: later,
};
