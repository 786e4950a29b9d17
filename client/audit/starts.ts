import { canonicalText } from '../../domain/digest.ts';
import { startStatement, type StartStatement } from '../../domain/statement.ts';
import type { Facts, Placed, Start } from './facts.ts';
import { signatureProblem, type Signers } from './verdicts.ts';

/** The start of a semester, with the result of its check. */
export interface JudgedStart {
  readonly workflow: string;
  readonly at: number;
  readonly time: string;
  /** What the signature covers; `at` is empty where there is none. */
  readonly statement: StartStatement;
  /** Whether it permits what comes before the first approval: signed and verified here, or unsigned if the site required no signature. */
  readonly counts: boolean;
  /** Fingerprint of the key; null: unsigned, so that the name is only a claim. */
  readonly key: string | null;
  /** Why it does not count. */
  readonly reason: string | null;
  /** The service counted it, and it should not have. */
  readonly wrong: boolean;
}

/** Judges every start that the service recorded in this run, by what the person sent and by its key. */
export async function judgeStarts(facts: Facts, signers: Signers): Promise<readonly JudgedStart[]> {
  const judged: JudgedStart[] = [];
  for (const start of facts.starts) judged.push(await judge(facts, start, signers));
  return judged;
}

async function judge(
  { workflow, startedWith, sites }: Facts,
  { at, time, value: start }: Placed<Start>,
  signers: Signers,
): Promise<JudgedStart> {
  const { by, from, sent, counted, signed, calledAt } = start;
  const statement = startStatement({ workflow, by, from, at: sent?.at ?? '' });
  const about = { workflow, at, time, statement };
  const no = (reason: string, wrong = true): JudgedStart => ({ ...about, counts: false, key: null, reason, wrong });
  if (canonicalText({ by, from, sent }) !== canonicalText(startedWith))
    return no(`the workflow was started by ${startedWith.by || 'nobody'} with other words`);
  const demanded = sites.findLast((site) => site.at < calledAt)?.value.signed ?? sites[0]?.value.signed ?? true;
  if (!counted) {
    const why = sent === null ? 'it is not signed' : 'the service did not accept its signature';
    return demanded ? no(why, false) : { ...about, counts: true, key: null, reason: null, wrong: false };
  }
  if (sent === null) return no('the service counted a signature that nobody sent');
  if (signed === null) return no('the service did not record with which key it is signed');
  const problem = await signatureProblem({ statement, signature: sent.signature, signed, at: time }, signers);
  return problem === null ? { ...about, counts: true, key: signed.key, reason: null, wrong: false } : no(problem);
}
