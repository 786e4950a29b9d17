import { setTimeout as sleep } from 'node:timers/promises';
import { many } from '../../domain/many.ts';
import { accountKey } from '../../domain/applications.ts';
import { dueActions, toReview, type ApplicantMail, type Circumstances } from '../../domain/applications-due.ts';
import type { ProofFacts, ProofKind, ProofOf } from '../../domain/proof.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import {
  approveListed,
  isListDue,
  judgeApplicants,
  listApplicants,
  planApplications,
  type DecisionDependencies,
} from './decide.ts';
import { proposeNextSemester, type NextSemesterDependencies } from './next.ts';
import { readApplicants } from './read-applicants.ts';
import { applicantMail, type Mailed } from './mails.ts';
import { recordingOutage } from './outage.ts';
import { lookForAccounts, tellOfUnready } from './ready.ts';
import { recordsOf } from './records.ts';
import { nothingNew, tryAgain } from '../failures.ts';
import type { HostAccounts } from '../hosts/access/accounts.ts';
import { sendLedgerMail } from '../mail/send.ts';
import type { ApplicationAction } from '../../domain/applications-due.ts';
import type { ApplicationActivities } from './contract.ts';

export type ApplicationDependencies = DecisionDependencies &
  NextSemesterDependencies & { readonly accounts: HostAccounts };

/** Maximum number of actions that one poll returns. It keeps the event in history small and readable. */
const PAGE = 50;
/** How long a poll waits for the mail about accounts that are not ready. */
const TELL_MS = 30_000;

/** R7. Each poll derives what is due from the current state; the store keeps only what cannot be derived. */
export function createApplicationActivities(deps: ApplicationDependencies): ApplicationActivities {
  const { store, idServer, directory, transport, clock } = deps;
  const proof = <W extends ProofKind>(what: W, summary: string, facts: ProofFacts[W]): ProofOf<W> => ({
    what,
    at: clock().toISOString(),
    summary,
    facts,
    how: 'service',
  });

  return {
    planApplications: planApplications(deps),
    approveListed: approveListed(deps),
    judgeApplicants: judgeApplicants(deps),
    listApplicants: listApplicants(deps),
    proposeNextSemester: proposeNextSemester(deps),

    async recordBaseline({ semester }) {
      const { baseline } = recordsOf(store, semester.name);
      // Recorded once: a repetition after publication would include applicants.
      const before = await baseline.get();
      const uids = before?.uids ?? (await idServer.pending()).map(({ uid }) => uid);
      if (before === null) await baseline.put({ at: clock().toISOString(), uids });
      return proof('baseline', `${many(uids.length, 'request was', 'requests were')} pending before publication`, {
        pending: uids.length,
      });
    },

    async pollApplications({ semester, calendar, askedAt }) {
      const { site, applicants, about } = await recordingOutage(deps, semester.name, async () =>
        lookForAccounts(deps, semester.name, await readApplicants(deps, semester)),
      );
      // A silent mail server must not use up the time of the poll. The ledger prevents a second mail.
      await Promise.race([tellOfUnready(deps, semester.name), sleep(TELL_MS, undefined, { ref: false })]);
      const due = dueActions(applicants, { ...about, ...waits(calendar) });
      const review = askedAt !== null && isListDue(site, about, askedAt) && toReview(applicants, about).length > 0;
      if (due.length === 0 && !review)
        throw nothingNew(`nothing is due for ${many(applicants.length, 'applicant')}${notReady(about)}`);
      return { actions: due.slice(0, PAGE), review };
    },

    async acceptApplicants({ semester, calendar, users }) {
      const due = await stillDue({ semester, calendar }, users);
      const pending = new Map((await idServer.pending()).map((row) => [row.uid, row]));
      const members = new Set((await idServer.members()).map(({ uid }) => uid));
      // An account may have been renamed since the poll, and a member's second request must not be accepted.
      const wanted = due.flatMap(({ uid, user }) =>
        uid !== null && !members.has(uid) && accountKey(pending.get(uid)?.username ?? '') === accountKey(user)
          ? [uid]
          : [],
      );
      const { members: accepted, missing } = wanted.length > 0 ? await idServer.accept(wanted) : NONE;
      if (missing.length > 0) await assertGone(missing);
      const already = users.filter(({ uid }) => uid !== null && members.has(uid)).length;
      const gone = users.length - accepted.length - already;
      return proof('accepted', `${many(accepted.length, 'applicant was', 'applicants were')} accepted`, {
        accepted: accepted.length,
        already,
        gone,
      });
    },

    async rejectApplicants({ semester, calendar, users }) {
      const due = await stillDue({ semester, calendar }, users);
      const pending = new Map((await idServer.pending()).map((row) => [row.uid, row]));
      const wanted = due.flatMap(({ uid, user }) =>
        uid !== null && accountKey(pending.get(uid)?.username ?? '') === accountKey(user) ? [uid] : [],
      );
      const { rejected, remaining } =
        wanted.length > 0 ? await idServer.reject(wanted) : { rejected: [], remaining: [] };
      if (remaining.length > 0)
        throw tryAgain(
          'VerificationFailed',
          `${many(remaining.length, 'request is', 'requests are')} still pending after the rejection`,
        );
      return proof('rejected', `${many(rejected.length, 'request was', 'requests were')} removed`, {
        rejected: rejected.length,
        gone: users.length - rejected.length,
      });
    },

    async mailApplicants({ semester, calendar, mails }) {
      const read = await readApplicants(deps, semester);
      // Proven again: a host may have been reinstalled since the poll.
      const { site, applicants, about } = await lookForAccounts(deps, semester.name, read);
      const due = new Map(
        dueActions(applicants, { ...about, ...waits(calendar) }).map((action) => [nameOf(action), action]),
      );
      const byUser = new Map(applicants.map((applicant) => [accountKey(applicant.user), applicant]));
      const now = mails.flatMap((mail): readonly Mailed[] => {
        const applicant = byUser.get(accountKey(mail.user));
        return applicant && due.has(nameOf(mail)) ? [{ kind: kindOf(mail), edition: editionOf(mail), applicant }] : [];
      });
      const settled = mails.filter((mail) =>
        about
          .mails(accountKey(mail.user), kindOf(mail))
          .some((known) => known.settled && known.edition === editionOf(mail)),
      ).length;
      const people = await directory.lookup(now.map(({ applicant }) => applicant.user));
      const formUrl = semester.formUrl ?? (await recordsOf(store, semester.name).form.get()) ?? site.homepage.url;
      const context = { site, semester, calendar, formUrl };
      const tally = await sendLedgerMail(
        { store, transport },
        { site },
        now.map((mail) => applicantMail(context, mail, people.get(mail.applicant.user))),
      );
      return proof('applicants-mailed', `${many(tally.sent.length, 'applicant was', 'applicants were')} mailed`, {
        sent: tally.sent.length,
        already: tally.already.length + settled,
        unknown: tally.unknown.length,
        refused: tally.refused.length,
        noAddress: tally.noAddress.length,
        // Applicants who completed their application or withdrew since the poll.
        gone: mails.length - now.length - settled,
      });
    },

    async recordGrants({ semester, users }) {
      const { grants } = recordsOf(store, semester);
      await grants.change((before) => [...new Set([...(before ?? []), ...users.map(accountKey)])].toSorted());
    },
  };

  /** The given actions that are due now, as a poll would find them: who calls is not trusted with the list. */
  async function stillDue(
    { semester, calendar }: { semester: Semester; calendar: Calendar },
    actions: readonly ApplicationAction[],
  ): Promise<readonly ApplicationAction[]> {
    const { applicants, about } = await readApplicants(deps, semester);
    const due = new Set(dueActions(applicants, { ...about, ...waits(calendar) }).map(nameOf));
    return actions.filter((action) => due.has(nameOf(action)));
  }

  /** Throws `VerificationFailed` for requests that are still pending. A withdrawn request is no failure. */
  async function assertGone(missing: readonly number[]): Promise<void> {
    const still = new Set((await idServer.pending()).map(({ uid }) => uid));
    const left = missing.filter((uid) => still.has(uid)).length;
    if (left > 0)
      throw tryAgain(
        'VerificationFailed',
        `${many(left, 'request is', 'requests are')} still pending after being accepted; the service retries`,
      );
  }
}

/** What members wait for whose account a host does not know. */
function notReady({ unready }: Pick<Circumstances, 'unready'>): string {
  if (unready.size === 0) return '';
  const hosts = [...new Set([...unready.values()].flat())].toSorted().join(', ');
  const waits = many(unready.size, 'accepted account waits', 'accepted accounts wait');
  return `; ${waits} until these hosts know it: ${hosts}. See semester applications`;
}

const NONE = { members: [], missing: [] } as const;

const waits = ({ graceMs, nudgesMs }: Calendar) => ({ graceMs, nudgesMs });

const editionOf = ({ edition = 1 }: Pick<ApplicationAction, 'edition'>) => edition;

const nameOf = (action: Pick<ApplicationAction, 'kind' | 'user' | 'edition'>) =>
  `${action.kind} ${editionOf(action)} ${accountKey(action.user)}`;

const kindOf = ({ kind }: ApplicationAction) => kind.replace(/^mail-/, '') as ApplicantMail;
