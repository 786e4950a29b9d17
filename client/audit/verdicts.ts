import { canonicalText } from '../../domain/digest.ts';
import type { Decision } from '../../domain/messages.ts';
import { statementOf, type Signable, type Statement } from '../../domain/statement.ts';
import { matchesDigest } from '../../domain/verdict.ts';
import { verifyStatement } from '../../signing/ssh-keygen.ts';
import type { Check, Facts, Placed } from './facts.ts';

/** A verdict in a history, with the result of its check. */
export interface Judged {
  readonly workflow: string;
  readonly at: number;
  readonly time: string;
  /** With the whole digest of the plan. */
  readonly statement: Statement;
  /** Whether it counts: signed and verified here, or unsigned if the site required no signature. */
  readonly counts: boolean;
  /** Fingerprint of the key; null: unsigned, so that the name is only a claim. */
  readonly key: string | null;
  readonly allowedSigners: string | null;
  /** Why it does not count. */
  readonly reason: string | null;
  /** The service counted it, and it should not have. */
  readonly wrong: boolean;
}

/** Returns the text of an allowed-signers file by digest; undefined if the export has none. */
export type Signers = (digest: string) => string | undefined;

/** Judges every verdict that a workflow received about its own gates, by content and keys. */
export async function judgeVerdicts(facts: Facts, signers: Signers): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const message of facts.messages) {
    const statement = statementFor(facts, message);
    // Without a statement, the verdict was for a child's gate and forwarded, or matched no plan.
    if (statement) judged.push(await judge(facts, message, statement, signers));
  }
  return judged;
}

function statementFor(facts: Facts, { at, value }: Placed<Decision>): Statement | null {
  const plan = facts.plans.findLast(
    (p) => p.at < at && p.value.gate === value.gate && matchesDigest(p.value.digest, String(value.digest)),
  );
  const where = { workflow: facts.workflow, run: facts.firstRun };
  return plan ? statementOf({ ...value, digest: plan.value.digest }, where) : null;
}

async function judge(
  facts: Facts,
  { at, time, value }: Placed<Decision>,
  statement: Statement,
  signers: Signers,
): Promise<Judged> {
  const about = { workflow: facts.workflow, at, time, statement };
  const no = (reason: string, wrong = false): Judged => ({
    ...about,
    counts: false,
    key: null,
    allowedSigners: null,
    reason,
    wrong,
  });
  const site = facts.sites.findLast((s) => s.at < at)?.value;
  if (!site?.approvers.includes(statement.by)) return no(`${statement.by} was not an approver then`);
  const { signature } = value;
  if (signature === undefined) {
    if (site.signed) return no('it is not signed');
    return { ...about, counts: true, key: null, allowedSigners: null, reason: null, wrong: false };
  }
  const check = facts.checks.find((c) => c.at > at && c.value.signature === signature && same(c.value, statement));
  if (!check) return no('the service did not accept its signature');
  const { key, allowedSigners } = check.value.signed;
  const reason = await signatureProblem({ ...check.value, at: check.time }, signers);
  if (reason !== null) return no(reason, true);
  return { ...about, counts: true, key, allowedSigners, reason: null, wrong: false };
}

/** Verifies a signature again that the service reports as valid. Returns the problem; null if it is valid. */
export async function signatureProblem(
  {
    statement,
    signature,
    signed,
    at,
  }: Omit<Check, 'statement'> & { readonly statement: Signable; readonly at: string },
  signers: Signers,
): Promise<string | null> {
  const allowedSigners = signers(signed.allowedSigners);
  if (allowedSigners === undefined) return `the export lacks the allowed signers ${signed.allowedSigners}`;
  const result = await verifyStatement({ statement, signature, allowedSigners, at: new Date(at) });
  if (!result.valid) return `the service accepted a signature that is not good: ${result.reason}`;
  return result.key === signed.key ? null : `the service recorded the key ${signed.key}; it is ${result.key}`;
}

const same = (check: Check, statement: Statement) => canonicalText(check.statement) === canonicalText(statement);

/** Signatures that the service reports as accepted, but that no message contains. */
export const checksWithoutMessage = (facts: Facts, judged: readonly Judged[]): readonly Placed<Check>[] =>
  facts.checks.filter((c) => !judged.some((j) => same(c.value, j.statement)));
