import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { calendarOf } from '../../domain/calendar.ts';
import type { Language } from '../../domain/names.ts';
import type { Semester } from '../../domain/semester.ts';
import type { Site } from '../../domain/site.ts';
import { exampleApplicant } from '../applications/example.ts';
import { mailData } from '../applications/mails.ts';
import { recordsOf } from '../applications/records.ts';
import { refuse } from '../failures.ts';
import type { Directory, Person } from '../id-server/types.ts';
import type { Store } from '../store/store.ts';
import { questionData } from './approvers.ts';
import { noticeData, personData } from './data.ts';
import { renderMail } from './render.ts';
import type { MailActivities } from './contract.ts';
import { updateData } from './update-mail.ts';
import { readMessages, type Say } from '../../texts/messages.ts';
import { formatBytes } from '../../domain/size.ts';
import { wipeGate } from '../../domain/gates/wipe.ts';

interface PreviewDependencies {
  readonly site: () => Promise<Site>;
  readonly store: Pick<Store, 'getNamed' | 'putNamed'>;
  readonly directory: Pick<Directory, 'lookup'>;
}

/** Mails to approvers. All others go to users. */
const TO_APPROVERS = new Set([
  'gate',
  'reminder',
  'attention',
  'report',
  'refused',
  'next-semester',
  'not-ready',
  'alarm',
]);
const EXAMPLE_SINCE = '2027-02-11T01:00:00.000Z';
const EXAMPLE_BYTES = { home: 183_000_000_000, docker: 42_000_000_000 };

const EXAMPLE_BACKUP = { name: '2027-02-11-wipe', day: '2027-02-11' };
/** The examples as a mail shows them. */
const EXAMPLES = [...Object.values(EXAMPLE_BYTES).map(formatBytes), EXAMPLE_BACKUP.name, EXAMPLE_BACKUP.day];

/** Renders a mail as a person would receive it. Sends and records nothing. See `MailActivities`. */
export function previewMail({ site: read, store, directory }: PreviewDependencies): MailActivities['previewMail'] {
  return async ({ mail, user, language: wanted, semester }) => {
    const site = await read();
    await demandTemplate(site, mail);
    const known = TO_APPROVERS.has(mail) ? undefined : (await directory.lookup([user])).get(user);
    const approver = site.approvers.find(({ name }) => name === user);
    const language = wanted ?? known?.language ?? approver?.language ?? site.language;
    const data = TO_APPROVERS.has(mail)
      ? approverData(site, language, user, semester, await readMessages(site, language))
      : await userData(site, store, semester, user, { ...(known ?? unknown(user)), language });
    const rendered = await renderMail(site.templates, mail, language, data);
    const isShown = (example: string) => rendered.text.includes(example);
    return {
      ...rendered,
      examples: TO_APPROVERS.has(mail) ? [] : EXAMPLES.filter(isShown),
      mail,
      language,
      to: known?.email ?? approver?.email ?? null,
      known: (known ?? approver) !== undefined,
    };
  };
}

const unknown = (user: string): Omit<Person, 'language'> => ({ user, uid: null, name: '', email: null });

async function demandTemplate(site: Site, mail: string): Promise<void> {
  const files = await readdir(join(site.templates, 'mail', site.language)).catch(() => []);
  const names = files.filter((file) => file.endsWith('.md')).map((file) => file.slice(0, -3));
  if (!names.includes(mail))
    throw refuse('ConfigInvalid', `there is no mail ${JSON.stringify(mail)}; the mails are ${names.join(', ')}`);
}

/** The variables of all mails to users. Sizes are examples, because they are measured when a notice is planned. */
async function userData(
  site: Site,
  store: PreviewDependencies['store'],
  semester: Semester,
  user: string,
  person: Person,
): Promise<Readonly<Record<string, unknown>>> {
  const calendar = calendarOf(semester, site.zone);
  const name = person.name || user;
  const formUrl = semester.formUrl ?? (await recordsOf(store as Store, semester.name).form.get()) ?? site.homepage.url;
  const docker = Object.fromEntries(site.hosts.slice(0, 1).map((host) => [host.name, EXAMPLE_BYTES.docker]));
  const notice = noticeData(
    site,
    person.language,
    calendar.deadline,
    calendar.notices[0] ?? calendar.deadline,
    semester.name,
  );
  const applicant = mailData({ site, semester, calendar, formUrl }, exampleApplicant(user), name, person);
  return {
    ...applicant,
    ...notice,
    reason: '…',
    update: updateData(
      site,
      person.language,
      calendar.deadline,
      site.hosts.map((host) => host.name),
    ),
    person: personData(user, { name, home: EXAMPLE_BYTES.home, docker }, []),
    backup: EXAMPLE_BACKUP,
    host: site.storage.name,
    path: `${site.layout.home}/${user}.restored-2027-02-11`,
    places: site.hosts.slice(0, 1).map((host) => `${host.name}:${site.layout.docker}/${user}`),
  };
}

const approverData = (site: Site, language: Language, name: string, semester: Semester, say: Say) => ({
  approver: { name },
  semester: semester.name,
  workflow: `semester/${semester.name}`,
  about: wipeGate.name,
  subject: say(`gate.subject.${wipeGate.name}`),
  headline: '',
  lines: ['…'],
  changed: [],
  more: 0,
  kept: [],
  rejected: null,
  ended: { outcome: 'finished', why: '' },
  commands: [`semester plan ${semester.name} wipe`],
  questions: [
    { key: 'gate:wipe', since: EXAMPLE_SINCE, commands: [`semester plan ${semester.name} wipe`] },
    {
      key: 'attention:backup',
      since: EXAMPLE_SINCE,
      commands: [`semester retry ${semester.name} backup --by YOU --reason WHY`],
    },
  ].map((question) => questionData(site, language, question)),
});
