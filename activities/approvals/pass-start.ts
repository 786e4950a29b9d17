import { digestOf } from '../../domain/digest.ts';
import type { FirstRun, StartGrant } from '../../domain/grant.ts';
import { startStatement, type SignedWith } from '../../domain/statement.ts';
import type { ApprovalActivities } from './contract.ts';
import type { Lineage } from './lineage.ts';
import { grantRecords, type GrantStore } from './records.ts';
import { verifyApproval, type VerifyDependencies } from './verify.ts';

export interface StartDependencies extends VerifyDependencies {
  readonly store: VerifyDependencies['store'] & GrantStore;
  readonly lineage: Lineage;
}

/** The reopening ends it before. A semester may begin long before its deadline. */
const LASTS_MS = 370 * 86_400_000;

type Asked = { readonly by: string } & Omit<Parameters<ApprovalActivities['passStart']>[0], 'startedBy'>;

/** Records who started a semester, and whether a signature proves it. One signature starts one run only. */
export function passStart(dependencies: StartDependencies): ApprovalActivities['passStart'] {
  const { store, clock, lineage } = dependencies;
  const records = grantRecords(store);
  return async ({ startedBy: by, from, signed }) => {
    const [own] = await lineage();
    const checked = await check(dependencies, { ...own, by, from, signed });
    const signedWith = 'signed' in checked ? checked.signed : null;
    const key = signedWith?.key ?? null;
    const now = clock();
    const start: StartGrant = {
      ...own,
      by,
      from,
      key,
      at: now.toISOString(),
      until: new Date(now.getTime() + LASTS_MS).toISOString(),
    };
    // A signed start stays: what follows it may have ended it.
    const kept = await records.changeStart(own.run, (before) =>
      before !== null && before.key !== null ? before : start,
    );
    const why = 'claim' in checked ? `; this name is a claim, because ${checked.claim}` : '';
    return {
      what: 'started',
      at: start.at,
      summary: `${own.workflow} was started by ${by}${why}`,
      facts: {
        by: kept?.by ?? by,
        signed: typeof kept?.key === 'string',
        signedWith: kept?.key === key ? signedWith : null,
      },
      how: 'service',
    };
  };
}

/** The key of a valid signature, or why the name is only a claim. A claim permits nothing where signatures are demanded. */
async function check(
  dependencies: StartDependencies,
  { workflow, run, by, from, signed }: FirstRun & Asked,
): Promise<{ readonly signed: SignedWith } | { readonly claim: string }> {
  if (signed === null) return { claim: 'the start is not signed' };
  const statement = startStatement({ workflow, by, from, at: signed.at });
  const checked = await verifyApproval(dependencies)({ statement, signature: signed.signature });
  if ('refused' in checked) return { claim: checked.refused };
  if (!(await dependencies.site()).approvers.some(({ name }) => name === by))
    return { claim: `${by} is not an approver of this site` };
  const used = await grantRecords(dependencies.store).useSignature(digestOf(statement), run);
  return used === run ? checked : { claim: `the signature has started the run ${used} before` };
}
