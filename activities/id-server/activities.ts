import type { Proof, ProofFacts, ProofOrigin } from '../../domain/proof.ts';
import { removalGate } from '../../domain/gates/removal.ts';
import type { Exemption, Site } from '../../domain/site.ts';
import { exemptNow } from '../site/exempt.ts';
import { refuse, tryAgain } from '../failures.ts';
import type { Store } from '../store/store.ts';
import { rememberAccounts } from './accounts.ts';
import { exportMembers } from './export.ts';
import { demandLockout, demandNoneImplied, listOf } from './lockout.ts';
import { isExempt, makeRemovalPlan } from './removal-plan.ts';
import { labelOf } from './removal-warnings.ts';
import type { IdServer, Member } from './types.ts';
import type { IdServerActivities } from './contract.ts';

export interface IdServerDependencies {
  readonly site: () => Promise<Site>;
  readonly idServer: IdServer;
  readonly store: Store;
  readonly clock: () => Date;
  /** Writes the members to a file and returns its path. A rehearsal writes no file. */
  readonly exportMembers?: typeof exportMembers;
}

/** R1.3: removes all members except exempt ones from the GPU group, exactly as approved, and proves it. */
export function createIdServerActivities(deps: IdServerDependencies): IdServerActivities {
  const { site, idServer, store, clock } = deps;
  const proof = (how: ProofOrigin, summary: string, facts: ProofFacts['lockout']): Proof<'lockout'> => ({
    what: 'lockout',
    at: clock().toISOString(),
    summary,
    facts,
    how,
  });

  return {
    async planRemoval({ semester, calendar, edition, keep }) {
      const found = await site();
      const [members, implied, pending, ledger] = await Promise.all([
        idServer.members(),
        idServer.implied(),
        idServer.pending(),
        store.listMail(semester.name),
      ]);
      await rememberAccounts(store, [...members, ...implied, ...pending]);
      const now = { kept: exemptNow(found, clock, keep), members, implied, pending, ledger, at: clock() };
      const writes = { store, exportMembers: deps.exportMembers ?? exportMembers };
      return makeRemovalPlan({ site: found, semester, calendar, edition, ...writes, ...now });
    },

    async removeMembers({ ref, plan }) {
      const { binding, observed } = await store.getPlan(removalGate, plan);
      const found = await site();
      const { group } = binding;
      if (found.idServer.group !== group)
        throw refuse('PlanVoid', `site.yaml names the group ${found.idServer.group}, the approved plan ${group}`);
      const planned = new Map(binding.remove.map((row) => [row.uid, row]));
      const inside = (members: readonly Member[]) => members.filter(({ uid }) => planned.has(uid));
      const leaving = inside(await idServer.members());
      refuseOthers(leaving, planned, exemptNow(found, clock, []));
      if (ref.byHand && leaving.length > 0)
        throw refuse('ProofMissing', `not done yet: still in the group ${group}: ${listOf(leaving)}`);
      if (leaving.length > 0) await idServer.remove(leaving.map(({ uid }) => uid));
      const members = await idServer.members();
      const still = inside(members);
      if (still.length > 0)
        throw tryAgain('VerificationFailed', `still in the group ${group} after the removal: ${listOf(still)}`);
      const stayed = new Set(observed.staying);
      const exempt = isExempt(exemptNow(found, clock, []));
      demandNoneImplied(group, await idServer.implied(), (one) => exempt(one) || stayed.has(labelOf(one)));
      const newcomers = members.filter((member) => !stayed.has(labelOf(member)));
      const already = planned.size - leaving.length;
      const since = newcomers.length > 0 ? `; in the group since the plan, not removed: ${listOf(newcomers)}` : '';
      return proof(
        ref.byHand ? 'by-hand' : leaving.length > 0 ? 'service' : 'found',
        `${leaving.length} removed from ${group}, ${already} had left already${since}`,
        { group, removed: leaving.length, already, staying: members.length, newcomers: newcomers.length },
      );
    },

    async proveLockout({ keep }) {
      const { group } = (await site()).idServer;
      const members = await demandLockout(deps, keep);
      return proof('found', `the group ${group} contains only ${members.length} exempt`, {
        group,
        removed: 0,
        already: 0,
        staying: members.length,
        newcomers: 0,
      });
    },
  };
}

/**
 * @throws ApplicationFailure `PlanVoid` if a member is now exempt, or a row number belongs to another account than
 * approved
 */
function refuseOthers(
  leaving: readonly Member[],
  planned: ReadonlyMap<number, { username: string | null }>,
  kept: readonly Exemption[],
) {
  const keptBy = leaving.filter(isExempt(kept));
  if (keptBy.length > 0)
    throw refuse('PlanVoid', `exempt by site.yaml since the approval: ${listOf(keptBy)}. Plan again: semester retry …`);
  const renamed = leaving.filter(({ uid, username }) => {
    const approved = planned.get(uid)?.username ?? null;
    return approved !== null && approved !== username;
  });
  if (renamed.length > 0)
    throw refuse(
      'PlanVoid',
      `these row numbers belong to other accounts than approved: ${listOf(renamed)}. Plan again: semester retry …`,
    );
}
