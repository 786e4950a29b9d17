import { digestOf } from '../../domain/digest.ts';
import { dateIn } from '../../domain/moments.ts';
import { exemptOn } from '../../domain/exempt.ts';
import {
  accountKey,
  matchApplications,
  type Applicant,
  type Matched,
  type SurveyAnswer,
} from '../../domain/applications.ts';
import type { ApplicantMail, Circumstances, KnownMail } from '../../domain/applications-due.ts';
import { goneSince, updateFirstSeen } from '../../domain/applications-seen.ts';
import { isQuiet } from '../../domain/quiet.ts';
import type { Semester } from '../../domain/semester.ts';
import type { Site } from '../../domain/site.ts';
import { plainText } from '../../domain/survey-rules.ts';
import { refuse } from '../failures.ts';
import type { Directory, IdServer, Person } from '../id-server/types.ts';
import type { LedgerEntry, LedgerKey, Store } from '../store/store.ts';
import type { Surveys } from '../survey/source.ts';
import { recordOverview } from './overview.ts';
import { recordsOf } from './records.ts';

export interface ReadApplicantsDependencies {
  readonly site: () => Promise<Site>;
  readonly store: Store;
  readonly idServer: IdServer;
  readonly directory: Directory;
  readonly surveys: Surveys;
  readonly clock: () => Date;
}

export interface ApplicantsView extends Matched {
  readonly site: Site;
  /** A sentence for each row of the survey that cannot be used. */
  readonly unusable: readonly string[];
  /** Row numbers of requests by accounts without a name. */
  readonly unnamed: readonly number[];
  /** Account names of all members, by `accountKey`. */
  readonly members: ReadonlySet<string>;
  readonly about: Omit<Circumstances, 'graceMs' | 'nudgesMs'>;
}

/** The ledger's key of one mail to one applicant. */
export const applicantMailKey = (semester: string, kind: ApplicantMail, user: string, edition: number): LedgerKey => ({
  semester,
  kind,
  edition,
  person: accountKey(user),
});

/** Every kind of mail to an applicant; `accepted` first. */
export const MAILS: readonly ApplicantMail[] = [
  'accepted',
  'rejected',
  'missing-request',
  'missing-survey',
  'problems',
];

/**
 * Reads everything that R7 decides on: survey, group, ledger, grants, decisions, and when each half of an application
 * was first seen (which it records unless `record` is false).
 * @throws ApplicationFailure as survey and ID server do
 */
export async function readApplicants(
  { site: read, store, idServer, directory, surveys, clock }: ReadApplicantsDependencies,
  semester: Pick<Semester, 'name' | 'keep'>,
  { record = true } = {},
): Promise<ApplicantsView> {
  const site = await read();
  const now = clock();
  const records = recordsOf(store, semester.name);
  const survey = await surveys(site).responses(semester.name);
  checkRules(site, survey.answers);
  // In this order, an applicant who is accepted between the two calls is in both lists, not in none.
  const pending = await idServer.pending();
  const members = await idServer.members();
  const named = [...new Set(site.applications.rules.flatMap(({ unlessMemberOf }) => unlessMemberOf ?? []))];
  const groups = named.length === 0 ? [] : [...(await idServer.groupsOf(named))];
  const [baseline, granted, unready, before, decided, ...mails] = await Promise.all([
    records.baseline.get(),
    records.grants.get(),
    records.unready.get(),
    records.seen.get(),
    records.decisions.get(),
    ...MAILS.map((kind) => store.listMail(semester.name, kind)),
  ]);
  const accepted = (mails[0] ?? []).map(({ person }) => person);
  const gone = goneSince(before, { members, pending }, accepted, now);
  const today = dateIn(now.toISOString(), site.zone);

  const matched = matchApplications({
    answers: survey.answers,
    members,
    pending,
    baseline: new Set(baseline?.uids),
    rules: site.applications.rules,
    groups: new Map(groups.map(([user, of]) => [accountKey(user), of])),
    banned: new Set(exemptOn(today, [], site.banned).map(({ user }) => accountKey(user))),
    decisions: new Map(decided?.map((decision) => [decision.user, decision])),
    gone: new Map(Object.entries(gone)),
  });
  const seen = updateFirstSeen(before, matched.applicants, gone, now);
  if (record && (before === null || digestOf(before) !== digestOf(seen))) await records.seen.put(seen);
  const unnamed = pending.flatMap(({ uid, username }) => (username === null ? [uid] : []));
  const { unusable } = survey;
  if (record) await recordOverview(records.overview, { ...matched, unusable, unnamed });

  const ledger = ledgerOf(mails.flat(), await reachableNow(directory, mails.flat(), matched.applicants));
  const kept = exemptOn(today, site.protected, [...site.keep, ...semester.keep]);
  return {
    ...matched,
    unusable,
    unnamed,
    site,
    members: new Set(members.map(({ username }) => accountKey(username ?? ''))),
    about: {
      mode: site.applications.mode,
      mails: (user, mail) => ledger.get(`${mail} ${user}`) ?? [],
      granted: new Set(granted?.map(accountKey)),
      unready: new Map(unready?.map(({ user, hosts }) => [user, hosts])),
      exempt: new Set(kept.map(({ user }) => accountKey(user))),
      seen,
      now,
      quiet: isQuiet(now, site.applications.quiet, site.zone),
    },
  };
}

/**
 * @throws ApplicationFailure `ConfigInvalid` if a rule names a question that the form lacks: it would reject every
 * applicant
 */
function checkRules({ applications }: Site, answers: readonly SurveyAnswer[]): void {
  const [answer] = answers;
  const index = applications.rules.findIndex(({ column }) => answer && !Object.hasOwn(answer.cells, plainText(column)));
  if (answer === undefined || index < 0) return;
  const titles = Object.keys(answer.cells).map((title) => `"${title}"`);
  throw refuse(
    'ConfigInvalid',
    `survey: the form has no question "${applications.rules[index]?.column}"; set applications.rules[${index}].column in site.yaml to one of ${titles.join(', ')}`,
  );
}

/** The account's verified address, else the address in the answer; null if neither is known. */
export const addressOf = ({ answer }: Applicant, person: Person | undefined): string | null =>
  person?.email ?? answer?.email ?? null;

/** Applicants whose mail had no address, but who have one now; by `accountKey`. */
async function reachableNow(
  directory: Directory,
  entries: readonly LedgerEntry[],
  applicants: readonly Applicant[],
): Promise<ReadonlySet<string>> {
  const missed = new Set(entries.flatMap(({ state, person }) => (state === 'no-address' ? [person] : [])));
  if (missed.size === 0) return missed;
  const asked = applicants.filter(({ user }) => missed.has(accountKey(user)));
  const people = await directory.lookup(asked.map(({ user }) => user));
  const reached = asked.filter((applicant) => addressOf(applicant, people.get(applicant.user)) !== null);
  return new Set(reached.map(({ user }) => accountKey(user)));
}

function ledgerOf(
  entries: readonly LedgerEntry[],
  reachable: ReadonlySet<string>,
): ReadonlyMap<string, readonly KnownMail[]> {
  const known = new Map<string, KnownMail[]>();
  for (const { kind, person, edition, state, at } of entries.toSorted((a, b) => a.edition - b.edition)) {
    const noAddress = state === 'no-address';
    const settled = noAddress ? !reachable.has(person) : state !== 'intended';
    const mail = { edition, at, settled, noAddress };
    const before = known.get(`${kind} ${person}`);
    if (before) before.push(mail);
    else known.set(`${kind} ${person}`, [mail]);
  }
  return known;
}
