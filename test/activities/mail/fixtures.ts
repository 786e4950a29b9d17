import { fileURLToPath } from 'node:url';
import type { Calendar, Semester } from '../../../domain/semester.ts';
import type { Site } from '../../../domain/site.ts';
import type { Directory, IdServer, Member, Person } from '../../../activities/id-server/types.ts';
import type { LedgerMail } from '../../../activities/mail/send.ts';

export const templates = fileURLToPath(new URL('../../../templates', import.meta.url));

const host = (name: string) => ({
  name,
  address: `${name}.example.org`,
  port: 22,
  sudo: 'nopasswd' as const,
  gpu: 'RTX 3090',
  gpuCount: 4,
  cpu: 'EPYC',
  memory: '256 GiB',
});

/** A site whose mail server is on loopback, with only the fields that mails read. */
export function siteWith(port: number, change: Partial<Site> = {}): Site {
  const site: Partial<Site> = {
    protected: ['bacchus', 'root'],
    keep: [],
    name: 'test-site',
    zone: 'Asia/Seoul',
    language: 'ko',
    approvers: [
      { name: '김하나', email: 'hana@example.org', language: 'ko' },
      { name: 'Bob', email: 'bob@example.org', language: 'en' },
    ],
    layout: { home: '/csehome', docker: '/local/.docker' } as Site['layout'],
    storage: host('oloroso'),
    hosts: [host('asahi'), host('bernini')],
    idServer: {
      url: 'http://127.0.0.1',
      username: 'bot',
      group: 'gpu',
      nestedGroups: 'database',
      joinUrl: 'https://id.example.org/groups',
    },
    mail: {
      host: '127.0.0.1',
      port,
      secure: false,
      from: 'GPU 서버 <gpu@example.org>',
      replyTo: 'contact@example.org',
      messagesPerMinute: 1_000_000,
    },
    wipe: { trash: 'P14D', minFree: 10 },
    documents: { agreement: 'https://example.org/agreement' },
    contact: 'contact@example.org',
    templates,
    ...change,
  };
  return site as Site;
}

export const semester = { name: '2027-spring' } as Semester;
/** 2027-02-10 23:59:59 in Seoul. */
export const calendar = { deadline: '2027-02-10T14:59:59Z' } as Calendar;

export const member = (username: string | null, uid: number): Member => ({
  uid,
  username,
  name: `이름 ${username}`,
  studentNumbers: [],
});

export const idServerOf = (members: readonly Member[]): IdServer => ({
  members: async () => members,
  implied: async () => [],
  groupsOf: async () => new Map(),
  pending: async () => [],
  accept: async () => ({ members: [], missing: [] }),
  reject: async () => ({ rejected: [], remaining: [] }),
  remove: async () => ({ removed: [], remaining: [] }),
});

export const person = (user: string, change: Partial<Person> = {}): Person => ({
  user,
  uid: 1,
  name: `이${user}`,
  email: `${user}@example.org`,
  language: 'ko',
  ...change,
});

export const directoryOf = (people: readonly Person[]): Directory => ({
  lookup: async (users) => {
    const wanted = new Set(users);
    return new Map(people.filter(({ user }) => wanted.has(user)).map((p) => [p.user, p]));
  },
});

/** A small mail to each of the users, under `notice-0` of a semester. */
export const mailsOf = (semester: string, users: readonly string[]): LedgerMail[] =>
  users.map((user) => ({
    key: { semester, kind: 'notice-0', edition: 0, person: user },
    to: { name: `이${user}`, address: `${user}@example.org` },
    render: () => ({ subject: `안내 ${user}`, text: '본문\n', html: '<p>본문</p>' }),
  }));
