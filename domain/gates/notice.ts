import { z } from 'zod';
import { byName, exact, language, list, maybe, number, planGate, seen, text, type SampleMail } from './define.ts';
import { mailLines } from './lines.ts';

const perLanguage = <T extends z.ZodType>(value: T) => exact({ ko: value, en: value });
const perKind = <T extends z.ZodType>(value: T) => exact({ notice: perLanguage(value), deadline: perLanguage(value) });

const recipient = exact({ user: text, address: maybe, language });

const binding = exact({
  site: text,
  semester: text,
  edition: number,
  /** Instant, UTC. */
  deadline: text,
  /** The deadline that an earlier notice announced, UTC; null if this is not a correction. */
  corrects: maybe,
  /** Sorted by account name. */
  recipients: list(recipient),
  /** The rendered mails, with visible placeholders for personal data. */
  texts: perKind(exact({ subject: text, text, html: text })),
  /** The sources from which the mails are rendered when sent. A template edited after the approval changes nothing. */
  sources: perKind(exact({ file: text, language, source: text, layout: text })),
  /** Data that every mail shares. */
  data: perLanguage(
    exact({
      site: exact({ name: text, zone: text, contact: text, joinUrl: text, agreement: text }),
      hosts: list(exact({ name: text, address: text, port: number, gpu: text, gpuCount: number })),
      paths: exact({ home: text, docker: text }),
      semester: exact({ name: text }),
      deadline: text,
      was: maybe,
      /** For how many days Docker data can be moved back; null: not at all. Older plans lack it. */
      trash: exact({ days: number.nullable() }).optional(),
    }),
  ),
});

const observed = seen({
  /** Name and bytes of data, by account name. */
  people: byName(seen({ name: text, home: number.nullable(), docker: byName(number) })),
  /** Hosts whose Docker data could not be measured. */
  unmeasured: list(text),
  /** Whether the sizes of homes are known; false if the storage host did not answer. */
  homesMeasured: z.boolean(),
  noAddress: list(text),
  /** Accounts that already received this notice, with the text of an earlier plan. */
  told: list(text),
  /** Members without an account name (row numbers of the ID server), who cannot be identified. */
  nameless: list(number),
  /** Recipients who are no members, but sign in as members of the groups `via` above. Older plans lack it. */
  implied: list(seen({ uid: number, username: maybe, via: list(text) })).optional(),
  /** When the sizes were measured, UTC. */
  measuredAt: text,
});

export type NoticeRecipient = z.infer<typeof recipient>;
export type NoticeBinding = z.infer<typeof binding>;
export type NoticeObserved = z.infer<typeof observed>;

const mails = ({ texts }: NoticeBinding): readonly SampleMail[] =>
  Object.entries(texts).flatMap(([kind, one]) =>
    Object.entries(one).map(([of, mail]) => ({ kind, language: of, ...mail })),
  );

export const noticeGate = planGate({
  name: 'notice',
  decides: {
    en: 'Who receives the notice that access and data end, and the text of the mails.',
    ko: '접속과 데이터가 끝난다는 메일을 누구에게 어떤 내용으로 보낼지 정합니다.',
  },
  phase: 'notice',
  quorum: 1,
  lastsDays: 120,
  binding,
  observed,
  confirm: ({ recipients }) => `notice ${recipients.length}`,
  skippable: false,
  rehearsal: 'plan',
  inFull: (plan) => mailLines(mails(plan), 'notice'),
  mails,
  brief: ({ texts: _texts, sources: _sources, data: _data, ...rest }) => rest,
});
