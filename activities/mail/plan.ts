import type { NoticeBinding, NoticeObserved } from '../../domain/gates/notice.ts';
import type { Language } from '../../domain/names.ts';
import type { Site } from '../../domain/site.ts';
import type { Directory, Member } from '../id-server/types.ts';
import { placeholderPerson, noticeData, type PersonUsage } from './data.ts';
import { renderTemplate } from './render.ts';
import { type MailTemplate, readMailTemplate } from './template.ts';
import { readMessages, type Say } from '../../texts/messages.ts';

export type NoticeKind = 'notice' | 'deadline';
const LANGUAGES = ['ko', 'en'] as const satisfies readonly Language[];

type PerLanguage<T> = Readonly<Record<Language, T>>;

/** The document that `measureUsage` stores. Sizes in bytes. */
export interface UsageDocument {
  readonly at: string;
  readonly homes: Readonly<Record<string, number>>;
  readonly docker: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly unreachable: readonly string[];
}

export interface NoticePlanInput {
  readonly site: Site;
  readonly semester: string;
  readonly edition: number;
  readonly deadline: string;
  readonly corrects: string | null;
  /** Members except exempt ones. */
  readonly members: readonly Member[];
  readonly usage: UsageDocument;
  readonly directory: Directory;
}

/** Makes the recipients and texts of gate `notice`. @throws ApplicationFailure `ConfigInvalid` for a wrong template */
export async function makeNoticePlan(
  input: NoticePlanInput,
): Promise<{ binding: NoticeBinding; observed: NoticeObserved }> {
  const { site, semester, edition, deadline, corrects, members, usage, directory } = input;
  const users = members.flatMap(({ username }) => username ?? []).toSorted();
  const known = await directory.lookup(users);
  const recipients = users.map((user) => {
    const person = known.get(user);
    return { user, address: person?.email ?? null, language: person?.language ?? site.language };
  });
  const names = new Map(members.map(({ username, name }) => [username, name]));
  const people = users.map(
    (user) => [user, usageOf(user, known.get(user)?.name || names.get(user) || user, usage)] as const,
  );
  const data = perLanguage((language) => noticeData(site, language, deadline, corrects, semester));
  const notice = await readTemplates(site, corrects === null ? 'notice' : 'correction');
  const sources = { notice, deadline: await readTemplates(site, 'deadline') };
  const [ko, en] = await Promise.all([readMessages(site, 'ko'), readMessages(site, 'en')]);
  const says: PerLanguage<Say> = { ko, en };
  const sample = (kind: NoticeKind) =>
    perLanguage((language) =>
      renderTemplate(sources[kind][language], { ...data[language], person: placeholderPerson(says[language]) }),
    );
  return {
    binding: {
      site: site.name,
      semester,
      edition,
      deadline,
      corrects,
      recipients,
      texts: { notice: sample('notice'), deadline: sample('deadline') },
      sources,
      data,
    },
    observed: {
      people: Object.fromEntries(people),
      unmeasured: usage.unreachable.filter((host) => site.hosts.some(({ name }) => name === host)),
      homesMeasured: !usage.unreachable.includes(site.storage.name),
      told: [],
      noAddress: recipients.filter(({ address }) => address === null).map(({ user }) => user),
      nameless: members.filter(({ username }) => username === null).map(({ uid }) => uid),
      measuredAt: usage.at,
    },
  };
}

const perLanguage = <T>(make: (language: Language) => T): PerLanguage<T> => ({ ko: make('ko'), en: make('en') });

async function readTemplates(site: Site, name: string): Promise<PerLanguage<MailTemplate>> {
  const [ko, en] = await Promise.all(LANGUAGES.map((language) => readMailTemplate(site.templates, name, language)));
  return { ko: ko as MailTemplate, en: en as MailTemplate };
}

function usageOf(user: string, name: string, { homes, docker }: UsageDocument): PersonUsage {
  const perHost = Object.entries(docker).flatMap(([host, sizes]) => {
    const bytes = sizes[user];
    return bytes === undefined ? [] : [[host, bytes] as const];
  });
  return { name, home: homes[user] ?? null, docker: Object.fromEntries(perHost) };
}
