import { canonicalText } from '../../domain/digest.ts';
import { doneStatement, type DoneStatement } from '../../domain/statement.ts';
import type { Facts, HandReport, Placed } from './facts.ts';
import { signatureProblem, type Signers } from './verdicts.ts';

/** A report of work by hand that the service accepted, with the result of its check. */
export interface JudgedReport {
  readonly workflow: string;
  readonly at: number;
  readonly time: string;
  readonly statement: DoneStatement;
  /** Whether it counts: signed and verified here, or unsigned if the site required no signature. */
  readonly counts: boolean;
  /** Fingerprint of the key; null: unsigned, so that the name is only a claim. */
  readonly key: string | null;
  /** Why it does not count, though the service accepted it. */
  readonly reason: string | null;
}

/** Judges every report that the service accepted at a hand gate of this run, by its message and its key. */
export async function judgeReports(
  facts: Facts,
  all: readonly Facts[],
  signers: Signers,
): Promise<readonly JudgedReport[]> {
  // One run may receive a message that the next run acts on.
  const sent = new Set(
    all
      .filter(({ workflow, firstRun }) => workflow === facts.workflow && firstRun === facts.firstRun)
      .flatMap(({ done }) => done.map(({ value }) => contentOf(value))),
  );
  const judged: JudgedReport[] = [];
  for (const report of facts.reports) judged.push(await judge(facts, report, sent, signers));
  return judged;
}

const contentOf = ({ step, by, reason, value, signature }: Facts['done'][number]['value']): string =>
  canonicalText({ step, by, reason, value, signature });

async function judge(
  { workflow, firstRun, sites }: Facts,
  { at, time, value: report }: Placed<HandReport>,
  sent: ReadonlySet<string>,
  signers: Signers,
): Promise<JudgedReport> {
  const { step, by, reason, value, round, signature, signed } = report;
  const statement = doneStatement({ step, by, reason, value }, { workflow, run: firstRun, round });
  const result = (problem: string | null, key: string | null = null): JudgedReport => ({
    workflow,
    at,
    time,
    statement,
    counts: problem === null,
    key,
    reason: problem,
  });
  if (!sent.has(contentOf(report))) return result('no message contains it');
  const site = sites.findLast((s) => s.at < report.calledAt)?.value;
  if (!site?.approvers.includes(by)) return result(`${by} was not an approver then`);
  if (signature === null) return result(site.signed ? 'it is not signed, and the site demanded that' : null);
  if (signed === null) return result('the service did not record with which key it is signed');
  const problem = await signatureProblem({ statement, signature, signed, at: time }, signers);
  return problem === null ? result(null, signed.key) : result(problem);
}
