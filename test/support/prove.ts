import type { ProofFacts, ProofKind, ProofOf } from '../../domain/proof.ts';

/** Makes a proof at the instant of the world's clock. */
export type Prove = <W extends ProofKind>(
  what: W,
  summary: string,
  facts: ProofFacts[W],
  byHand?: boolean,
) => Promise<ProofOf<W>>;

/** The facts of a run of mails in which each went out. */
export const mailed = (sent: number): ProofFacts['notices'] => ({
  sent,
  already: 0,
  unknown: 0,
  bounced: 0,
  refused: 0,
  noAddress: 0,
});
