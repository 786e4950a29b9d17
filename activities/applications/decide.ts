import { many } from '../../domain/many.ts';
import { applicationsGate, type ListBinding } from '../../domain/gates/applications.ts';
import { accountKey, isLookAlike, type Applicant } from '../../domain/applications.ts';
import { toReview, type Circumstances } from '../../domain/applications-due.ts';
import { digestOf } from '../../domain/digest.ts';
import type { ApplicantDecision } from '../../domain/judgement.ts';
import { lastDayAt } from '../../domain/quiet.ts';
import type { Site } from '../../domain/site.ts';
import { verifyApproval, type VerifyDependencies } from '../approvals/verify.ts';
import { refuse } from '../failures.ts';
import { applicantPage, similarAccount } from './lines.ts';
import { readApplicants, type ApplicantsView, type ReadApplicantsDependencies } from './read-applicants.ts';
import { recordsOf } from './records.ts';
import { signedWith } from './signed.ts';
import type { ApplicationActivities } from './contract.ts';
import { readMessages } from '../../texts/messages.ts';

export type DecisionDependencies = ReadApplicantsDependencies & VerifyDependencies;

const ROWS = 10;

/** Whether `applications.reviewAt` has passed since the approvers were last asked. */
export const isListDue = ({ applications, zone }: Site, { now }: Pick<Circumstances, 'now'>, askedAt: string) =>
  lastDayAt(now, applications.reviewAt, zone) > lastDayAt(new Date(askedAt), applications.reviewAt, zone);

/** Adds decisions to the record, which keeps the newest one about each applicant. */
async function recordDecisions(
  { store, clock }: Pick<DecisionDependencies, 'store' | 'clock'>,
  semester: string,
  made: readonly Omit<ApplicantDecision, 'at' | 'edition'>[],
): Promise<void> {
  // Approvers may decide about a list and about a single applicant at the same time.
  await recordsOf(store, semester).decisions.change((known) => {
    const all = new Map(known?.map((decision) => [decision.user, decision]));
    for (const decision of made) {
      const before = all.get(decision.user);
      // A repetition of a recorded decision.
      if (before?.said === decision.said && before.verdict === decision.verdict) continue;
      all.set(decision.user, { ...decision, at: clock().toISOString(), edition: (before?.edition ?? 0) + 1 });
    }
    return [...all.values()];
  });
}

/** Gate `applications`: the list of a day. */
export function planApplications(dependencies: DecisionDependencies): ApplicationActivities['planApplications'] {
  const { store } = dependencies;
  return async ({ semester, until }) => {
    const seen = await readApplicants(dependencies, semester);
    const { site, applicants, about } = seen;
    const listed = toReview(applicants, about, until);
    const binding: ListBinding = {
      site: digestOf(site),
      semester: semester.name,
      until,
      accept: listed.map(({ uid, user }) => ({
        uid,
        user,
      })),
    };
    const say = await readMessages(site, site.language);
    const lines = listed.map(({ user, answer }) =>
      say('applications.row', { user, number: answer?.studentNumber ?? '', docker: answer?.docker ?? false }),
    );
    const digest = await store.putPlan({ gate: 'applications', binding, observed: { lines } });
    const waits = (state: Applicant['state']) => applicants.filter((one) => one.state === state).length;
    return {
      gate: 'applications',
      digest,
      headline: say('applications.headline', { count: listed.length }),
      counts: {
        accept: listed.length,
        problems: waits('problems'),
        duplicate: waits('duplicate'),
      },
      rows: lines.slice(0, ROWS),
      total: lines.length,
      kept: [],
      warnings: seen.nearMisses
        .slice(0, ROWS)
        .map((miss) => say('applications.nearMiss', { row: miss.row, user: miss.user, account: miss.account })),
      waivable: [],
      confirm: applicationsGate.confirm(binding),
      empty: listed.length === 0,
    };
  };
}

/** Records the applicants of the approved list as accepted. */
export function approveListed({ store, clock }: DecisionDependencies): ApplicationActivities['approveListed'] {
  return async ({ semester, plan, by }) => {
    const { binding } = await store.getPlan(applicationsGate, plan);
    await recordDecisions(
      { store, clock },
      semester.name,
      binding.accept.map(({ user }) => ({
        user: accountKey(user),
        verdict: 'approve',
        by,
        reason: null,
        said: binding.until,
      })),
    );
    const approved = binding.accept.length;
    const summary = `${many(approved, 'applicant')} accepted by ${by.join(', ')}`;
    return { what: 'approved', at: clock().toISOString(), summary, facts: { approved }, how: 'service' };
  };
}

/** Accepts or rejects single applicants. */
export function judgeApplicants(dependencies: DecisionDependencies): ApplicationActivities['judgeApplicants'] {
  return async ({ semester, judgement, ...where }) => {
    const { verdict, users, by, reason = null } = judgement;
    const { approvers, approvals } = await dependencies.site();
    if (!approvers.some(({ name }) => name === by))
      throw refuse('CommandFailed', `${by} is not an approver of this site`);
    const demanded = where.signed || approvals.signed;
    const signed = await signedWith({ judgement, ...where, signed: demanded }, verifyApproval(dependencies));
    const seen = await readApplicants(dependencies, semester);
    const why = users.flatMap((user) => refusalOf(seen, user, judgement) ?? []);
    if (why.length > 0) throw refuse('CommandFailed', `no decision was recorded: ${why.join('; ')}`);
    await recordDecisions(
      dependencies,
      semester.name,
      users.map((user) => ({ user: accountKey(user), verdict, by: [by], reason, said: judgement.at })),
    );
    const done = verdict === 'approve' ? 'accepted' : 'rejected';
    const how = signed === null ? 'not signed' : 'signed';
    const summary = `${many(users.length, 'applicant')} ${done} by ${by}, ${how}`;
    return {
      what: 'judged',
      at: dependencies.clock().toISOString(),
      summary,
      facts: { decided: users.length },
      how: 'by-hand',
      signed,
    };
  };
}

/** One page of the applicants. */
export function listApplicants(dependencies: DecisionDependencies): ApplicationActivities['listApplicants'] {
  return async ({ semester, page }) => {
    return applicantPage(await readApplicants(dependencies, { name: semester, keep: [] }, { record: false }), page);
  };
}

/** Why no decision about an applicant can be recorded; null if it can. */
function refusalOf(
  { applicants, members }: ApplicantsView,
  user: string,
  a: { verdict: string; at: string },
): string | null {
  const key = accountKey(user);
  const found = applicants.find((applicant) => accountKey(applicant.user) === key);
  if (members.has(key)) {
    return a.verdict === 'approve'
      ? `${user} is already a member`
      : `${user} is a member: a rejection does not remove members`;
  }
  if (found === undefined) return `there is no application by ${user}`;
  if (found.twin !== null && isLookAlike(found.user, found.twin)) return `${found.user}: ${similarAccount(found.twin)}`;
  if (found.state === 'banned' && a.verdict === 'approve')
    return `${user} is banned: remove them from \`banned\` in site.yaml first`;
  // The message is older than the recorded decision, or a repetition.
  if (found.decision && Date.parse(found.decision.said) > Date.parse(a.at))
    return `${found.decision.by.join(', ')} decided about ${user} after this message was sent`;
  return null;
}
