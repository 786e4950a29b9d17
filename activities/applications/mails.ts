import type { Applicant } from '../../domain/applications.ts';
import type { ApplicantMail } from '../../domain/applications-due.ts';
import { formatDay } from '../../domain/days.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { Site } from '../../domain/site.ts';
import { serverKinds } from '../homepage/post.ts';
import type { Person } from '../id-server/types.ts';
import type { LedgerMail } from '../mail/ledger.ts';
import { renderMail } from '../mail/render.ts';
import { addressOf, applicantMailKey } from './read-applicants.ts';

export interface MailContext {
  readonly site: Site;
  readonly semester: Semester;
  readonly calendar: Calendar;
  /** Address of the survey form; if unknown, of the homepage, whose post links to the form. */
  readonly formUrl: string;
}

/** One mail to one applicant. */
export interface Mailed {
  readonly kind: ApplicantMail;
  readonly edition: number;
  readonly applicant: Applicant;
}

/**
 * One of R7's mails: `templates/mail/LANGUAGE/KIND.md`, to the account's verified address, else to the address in the
 * answer. If the directory does not know the person, the mail uses the account name and the site's language.
 */
export function applicantMail(
  context: MailContext,
  { kind, edition, applicant }: Mailed,
  person: Person | undefined,
): LedgerMail {
  const { site, semester } = context;
  const name = person?.name ?? applicant.user;
  const address = addressOf(applicant, person);
  return {
    key: applicantMailKey(semester.name, kind, applicant.user, edition),
    to: address === null ? null : { name, address },
    render: () =>
      renderMail(site.templates, kind, person?.language ?? site.language, mailData(context, applicant, name, person)),
  };
}

/** The variables of the templates. Dates are in the person's language. */
export function mailData(
  { site, semester, calendar, formUrl }: MailContext,
  applicant: Applicant,
  name: string,
  person: Person | undefined,
): Readonly<Record<string, unknown>> {
  const language = person?.language ?? site.language;
  const day = (instant: string) => formatDay(instant, site.zone, language);
  return {
    person: { name, user: applicant.user },
    title: semester.title,
    servers: serverKinds(site.hosts),
    hosts: site.hosts.map((host) => ({ name: host.name, address: host.address, port: host.port })),
    period: { from: day(calendar.periodFrom), until: day(calendar.periodUntil) },
    applicationsUntil: day(calendar.applicationsUntil),
    problems: {
      terms: applicant.problems.includes('terms'),
      username: applicant.problems.includes('username'),
      studentNumber: applicant.problems.includes('student-number'),
      rules: applicant.breaks.map(({ say }) => say[language]),
    },
    reason: applicant.decision?.reason ?? '',
    requested: applicant.requested,
    docker: { asked: applicant.answer?.docker === true, path: site.layout.docker },
    links: {
      form: formUrl,
      join: site.idServer.joinUrl,
      agreement: site.documents.agreement,
      homepage: site.homepage.url,
    },
    contact: site.contact,
  };
}
