import { gateOf } from '../../domain/gates/index.ts';
import type { HandGrant } from '../../domain/grant.ts';
import { doneStatement, type SignedWith } from '../../domain/statement.ts';
import { strangerRefusal } from '../../domain/verdict.ts';
import { refuse } from '../failures.ts';
import type { ApprovalActivities } from './contract.ts';
import type { Lineage } from './lineage.ts';
import { grantRecords, type GrantStore } from './records.ts';
import { verifyApproval, type VerifyDependencies } from './verify.ts';

export interface HandGateDependencies extends VerifyDependencies {
  readonly store: VerifyDependencies['store'] & GrantStore;
  readonly lineage: Lineage;
}

const LASTS_MS = 30 * 86_400_000;

/** Verifies the report of work by hand as `passGate` verifies approvals, and records it with its value. */
export function passHandGate(dependencies: HandGateDependencies): ApprovalActivities['passHandGate'] {
  const { store, clock, lineage } = dependencies;
  return async ({ gate, round, by, reason, value, signature }) => {
    const [[own], site] = [await lineage(), await dependencies.site()];
    const no = (why: string) => refuse('NoGrant', `gate ${gate} round ${round}: the report does not count: ${why}`);
    if (gateOf(gate)?.kind !== 'hand') throw no('no person works by hand there');
    const stranger = strangerRefusal(
      by,
      site.approvers.map(({ name }) => name),
    );
    if (stranger !== null) throw no(stranger);
    if (signature === null && site.approvals.signed) throw no(`${by} did not sign it`);
    let signedWith: SignedWith | null = null;
    if (signature !== null) {
      const statement = doneStatement({ step: gate, by, reason, value }, { ...own, round });
      const checked = await verifyApproval(dependencies)({ statement, signature });
      if ('refused' in checked) throw no(checked.refused);
      signedWith = checked.signed;
    }
    const key = signedWith?.key ?? null;
    const now = clock();
    const until = new Date(now.getTime() + LASTS_MS).toISOString();
    const grant: HandGrant = { ...own, gate, round, by, key, value, at: now.toISOString(), until };
    await grantRecords(store).changeHandGrant(own.run, gate, (before) => {
      if (before && before.round > round) throw no(`round ${before.round} was reported since`);
      return grant;
    });
    return {
      what: 'grant',
      at: grant.at,
      summary: `gate ${gate} round ${round}: ${by} reported the work${key === null ? '; this is a claim without a signature' : ''}`,
      facts: { gate, round, signed: key !== null, until, signedWith },
      how: 'service',
    };
  };
}
