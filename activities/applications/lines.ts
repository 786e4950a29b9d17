import { accountKey, isLookAlike, type Applicant } from '../../domain/applications.ts';
import { NUDGES, type KnownMail } from '../../domain/applications-due.ts';
import { timeOf } from '../../domain/applications-seen.ts';
import { pagesOf } from '../store/pages.ts';
import { MAILS, type ApplicantsView } from './read-applicants.ts';
import type { ApplicantLine, ApplicantPage } from './contract.ts';

/** One page of all applications, open ones first. See `ApplicationActivities.listApplicants`. */
export function applicantPage(seen: ApplicantsView, page: number): ApplicantPage {
  const pages = pagesOf(linesOf(seen));
  const unnamed = seen.unnamed.map((uid) => `request #${uid}: the account has no name`);
  const unusable = page === 0 ? [...seen.unusable, ...unnamed].slice(0, 200) : [];
  return { pages: pages.length, lines: pages[page] ?? [], unusable };
}

const LAST: ReadonlySet<Applicant['state']> = new Set(['member', 'baseline', 'withdrawn', 'rejected']);

function linesOf(seen: ApplicantsView): readonly ApplicantLine[] {
  const lines = seen.applicants.map((applicant): ApplicantLine => {
    const key = accountKey(applicant.user);
    const { surveys, requests, gone } = seen.about.seen;
    const known = [timeOf(surveys, key), timeOf(requests, key), timeOf(gone, key)].flatMap((time) => time ?? []);
    return {
      user: applicant.user,
      state: applicant.state,
      since: applicant.decision?.at ?? known.toSorted((a, b) => (a < b ? -1 : 1))[0] ?? null,
      nudges: NUDGES.flatMap((kind) => seen.about.mails(key, kind)).filter(({ noAddress }) => !noAddress).length,
      notes: notesOn(applicant, seen),
    };
  });
  return lines.toSorted((a, b) => Number(LAST.has(a.state)) - Number(LAST.has(b.state)));
}

/** The note on an answer that may belong to either of two accounts. */
export const similarAccount = (twin: string) =>
  `there is also an account ${twin}: accept the right one on the ID server`;

const lacksAddress = ({ noAddress, settled }: KnownMail) => noAddress === true && settled;

function notesOn({ user, state, problems, breaks, twin, decision, requested }: Applicant, seen: ApplicantsView) {
  const unready = seen.about.unready.get(accountKey(user));
  const misses = seen.nearMisses.filter((miss) => accountKey(miss.user) === accountKey(user));
  return [
    ...problems.filter((problem) => problem !== 'rule'),
    ...breaks.map(({ column }) => `rule on "${column}"`),
    ...(twin === null ? [] : [isLookAlike(user, twin) ? similarAccount(twin) : `the same person as ${twin}`]),
    ...misses.map(
      ({ row, account }) => `row ${row} has the student number of ${account ?? 'an account without a name'}`,
    ),
    ...(decision === null
      ? []
      : [
          `${decision.verdict === 'approve' ? 'accepted' : 'rejected'} by ${decision.by.join(', ')}` +
            (decision.reason === null ? '' : `: ${decision.reason}`),
        ]),
    ...(state === 'member' && unready ? [`not known yet on ${unready.join(', ')}: the mail waits`] : []),
    ...(state === 'rejected' && requested ? ['requests again'] : []),
    ...(MAILS.some((kind) => seen.about.mails(accountKey(user), kind).some(lacksAddress)) ? ['no address'] : []),
  ];
}
