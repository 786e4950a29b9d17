import type { Site } from '../../domain/site.ts';
import { verifyStatement } from '../../signing/ssh-keygen.ts';
import { tryAgain } from '../failures.ts';
import type { Store } from '../store/store.ts';
import type { ApprovalActivities } from './contract.ts';
import { readSigners } from './signers.ts';

export interface VerifyDependencies {
  readonly site: () => Promise<Site>;
  readonly store: Pick<Store, 'putDocument'>;
  readonly clock: () => Date;
}

/** Checks signatures against the site's allowed-signers file. A removed line stops counting at once. */
export function verifyApproval({ site, store, clock }: VerifyDependencies): ApprovalActivities['verifyApproval'] {
  return async ({ statement, signature }) => {
    // Read once, so that the check and the stored copy use the same bytes.
    const allowedSigners = await readSigners(await site());
    const checked = await verifyStatement({ statement, signature, allowedSigners, at: clock() }).catch(
      (error: Error) => {
        throw tryAgain('CommandFailed', error.message, error);
      },
    );
    if (!checked.valid)
      return { refused: `the signature is not a signature of ${statement.by} over this statement: ${checked.reason}` };
    return { signed: { key: checked.key, allowedSigners: await store.putDocument({ allowedSigners }) } };
  };
}
