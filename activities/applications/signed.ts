import { digestOf } from '../../domain/digest.ts';
import { applicantStatement, applicantSubject, type ApplicantVerdict } from '../../domain/judgement.ts';
import type { SignedWith } from '../../domain/statement.ts';
import type { ApprovalActivities } from '../approvals/contract.ts';
import { refuse } from '../failures.ts';

/**
 * The key that signed a judgement; null if it is unsigned and the site requires no signature.
 * @throws ApplicationFailure `CommandFailed` for a missing or invalid signature
 */
export async function signedWith(
  { judgement, workflow, run, signed }: { judgement: ApplicantVerdict; workflow: string; run: string; signed: boolean },
  verifyApproval: ApprovalActivities['verifyApproval'],
): Promise<SignedWith | null> {
  const { signature } = judgement;
  if (signature === undefined) {
    if (!signed) return null;
    throw refuse('CommandFailed', 'the message is not signed; the command line signs it: semester applications --help');
  }
  const statement = applicantStatement(judgement, digestOf(applicantSubject(judgement)), { workflow, run });
  const checked = await verifyApproval({ statement, signature });
  if ('refused' in checked) throw refuse('CommandFailed', checked.refused);
  return checked.signed;
}
