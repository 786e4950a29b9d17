import { many } from '../../domain/many.ts';
import { canonicalText, digestOf } from '../../domain/digest.ts';
import { applicantStatement, applicantSubject, type ApplicantVerdict } from '../../domain/judgement.ts';
import type { Carried, Facts, Placed } from './facts.ts';
import { signatureProblem, type Judged, type Signers } from './verdicts.ts';

/** A judged message about single applicants. Its statement holds a digest in place of their names. */
export interface JudgedPeople extends Judged {
  /** Number of applicants. */
  readonly people: number;
}

/** The judgements of all runs. One run may receive a judgement that the next run carries out. */
export interface JudgementsFound {
  readonly judgements: readonly JudgedPeople[];
  readonly problems: readonly string[];
}

/** Checks that an approver sent every judgement that was carried out, with a signature if the site required one. */
export async function checkJudgements(runs: readonly Facts[], signers: Signers): Promise<JudgementsFound> {
  const carried = runs.flatMap((facts) => facts.carried.map((one) => ({ facts, one })));
  const judgements: JudgedPeople[] = [];
  for (const facts of runs)
    for (const message of facts.judgements) {
      const found = carried.findIndex(({ facts: by, one }) => isSame(facts, message.value, by, one.value.judgement));
      const [by] = found < 0 ? [] : carried.splice(found, 1);
      judgements.push(await judge(facts, message, by, signers));
    }
  const problems = [
    ...judgements
      .filter((j) => j.wrong)
      .map(
        (j) =>
          `${j.workflow}: ${j.statement.verdict} of ${many(j.people, 'applicant')} by ${j.statement.by}: ${j.reason ?? ''}`,
      ),
    ...carried.map(({ facts, one: { time, value } }) => {
      const { verdict, users, by } = value.judgement;
      return `${facts.workflow}: at ${time} ${verdict} of ${many(users.length, 'applicant')} by ${by} counted, but no message contains it`;
    }),
  ];
  return { judgements, problems };
}

const isSame = (facts: Facts, judgement: ApplicantVerdict, by: Facts, carried: ApplicantVerdict): boolean =>
  facts.workflow === by.workflow &&
  facts.firstRun === by.firstRun &&
  canonicalText(judgement) === canonicalText(carried);

async function judge(
  { workflow, firstRun }: Facts,
  { at, time, value }: Placed<ApplicantVerdict>,
  by: { readonly facts: Facts; readonly one: Placed<Carried> } | undefined,
  signers: Signers,
): Promise<JudgedPeople> {
  const statement = applicantStatement(value, digestOf(applicantSubject(value)), { workflow, run: firstRun });
  const about = { workflow, at, time, statement, people: value.users.length };
  const no = (reason: string, wrong = true): JudgedPeople => ({
    ...about,
    counts: false,
    key: null,
    allowedSigners: null,
    reason,
    wrong,
  });
  if (!by) return no('the service did not carry it out', false);
  const { signed, calledAt } = by.one.value;
  const site = by.facts.sites.findLast((s) => s.at < calledAt)?.value;
  if (!site?.approvers.includes(statement.by)) return no(`${statement.by} was not an approver then`);
  const { signature } = value;
  if (signature === undefined) {
    if (site.signed) return no('it is not signed, and the site demanded that');
    return { ...about, counts: true, key: null, allowedSigners: null, reason: null, wrong: false };
  }
  if (signed === null) return no('the service did not record with which key it is signed');
  const reason = await signatureProblem({ statement, signature, signed, at: by.one.time }, signers);
  return reason === null ? { ...about, counts: true, ...signed, reason, wrong: false } : no(reason);
}
