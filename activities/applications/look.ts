import { digestOf } from '../../domain/digest.ts';
import { dateIn } from '../../domain/moments.ts';
import { keptOn } from '../../domain/kept.ts';
import { accountKey, matchApplications, type Applicant } from '../../domain/applications.ts';
import { rememberSeen, type ApplicantMail, type Circumstances } from '../../domain/applications-due.ts';
import type { Semester } from '../../domain/semester.ts';
import type { Site } from '../../domain/site.ts';
import type { IdServer } from '../id-server/types.ts';
import { entryName } from '../mail/ledger.ts';
import type { LedgerKey, Store } from '../store/store.ts';
import { readSurvey, type Survey } from '../survey.ts';
import { recordsOf, type Overview } from './records.ts';

export interface LookDependencies {
  readonly site: () => Promise<Site>;
  readonly store: Store;
  readonly idServer: IdServer;
  readonly clock: () => Date;
}

export interface Look {
  readonly site: Site;
  readonly applicants: readonly Applicant[];
  readonly about: Omit<Circumstances, 'graceMs'>;
}

/** The ledger's key of one mail to one applicant. */
export const applicantMailKey = (semester: string, kind: ApplicantMail, user: string): LedgerKey => ({
  semester,
  kind,
  edition: 1,
  person: accountKey(user),
});

const MAILS: readonly ApplicantMail[] = ['accepted', 'missing-request', 'missing-survey', 'problems'];

/**
 * Everything that R7 decides on, as it is now: survey, group, ledger, grants, and when each half was first seen (which it
 * records). @throws ApplicationFailure as survey and ID server do.
 */
export async function look(
  { site: read, store, idServer, clock }: LookDependencies,
  semester: Semester,
): Promise<Look> {
  const site = await read();
  const now = clock();
  const records = recordsOf(store, semester.name);
  const survey = await readSurvey(site);
  // Who is accepted between the two stands in both lists, not in none.
  const pending = await idServer.pending();
  const members = await idServer.members();
  const [baseline, granted, before, ...mails] = await Promise.all([
    records.baseline.get(),
    records.grants.get(),
    records.seen.get(),
    ...MAILS.map((kind) => store.listMail(semester.name, kind)),
  ]);

  const { applicants, nearMisses } = matchApplications({
    answers: survey.answers,
    members,
    pending,
    baseline: new Set(baseline?.uids),
  });
  const seen = rememberSeen(before, applicants, now);
  if (before === null || digestOf(before) !== digestOf(seen)) await records.seen.put(seen);
  const unnamed = pending.flatMap(({ uid, username }) => (username === null ? [uid] : []));
  await recordOverview(records.overview, overviewOf(applicants, nearMisses, survey, unnamed));

  // What an attempt only intended is handed over once more, so that the ledger can settle it.
  const settled = new Set(mails.flatMap((list) => list.filter(({ state }) => state !== 'intended').map(entryName)));
  const kept = keptOn(dateIn(now.toISOString(), site.zone), site.protected, [...site.keep, ...semester.keep]);
  return {
    site,
    applicants,
    about: {
      mailed: (user, mail) => settled.has(entryName(applicantMailKey(semester.name, mail, user))),
      granted: new Set(granted?.map(accountKey)),
      kept: new Set(kept.map(({ user }) => accountKey(user))),
      seen,
      now,
    },
  };
}

function overviewOf(
  applicants: readonly Applicant[],
  nearMisses: Overview['nearMisses'],
  { unusable }: Survey,
  unnamed: readonly number[],
): Overview {
  const counts: Partial<Record<Applicant['state'], number>> = {};
  for (const { state } of applicants) counts[state] = (counts[state] ?? 0) + 1;
  return { counts, nearMisses, superseded: applicants.flatMap((a) => a.superseded), unusable, unnamed };
}

async function recordOverview(record: ReturnType<typeof recordsOf>['overview'], overview: Overview): Promise<void> {
  const before = await record.get();
  if (before === null || digestOf(before) !== digestOf(overview)) await record.put(overview);
}
