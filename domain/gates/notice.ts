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
  /** With a correction: the deadline in the earlier notices, as an instant. */
  corrects: maybe,
  /** Sorted by account name. */
  recipients: list(recipient),
  /** The rendered mails, with visible placeholders for values that differ per person. */
  texts: perKind(exact({ subject: text, text, html: text })),
  /** The templates for sending: editing a template file after the approval has no effect. */
  sources: perKind(exact({ file: text, language, source: text, layout: text })),
  /** Values that are the same in all mails. */
  data: perLanguage(
    exact({
      site: exact({ name: text, zone: text, contact: text, joinUrl: text, agreement: text }),
      hosts: list(exact({ name: text, address: text, port: number, gpu: text, gpuCount: number })),
      paths: exact({ home: text, docker: text }),
      semester: exact({ name: text }),
      deadline: text,
      was: maybe,
    }),
  ),
});

const observed = seen({
  /** Name and bytes of data, by account name. */
  people: byName(seen({ name: text, home: number.nullable(), docker: byName(number) })),
  /** Hosts whose Docker data could not be measured. */
  unmeasured: list(text),
  /** Whether the sizes of homes are known: false if the storage host did not answer. */
  homesMeasured: z.boolean(),
  noAddress: list(text),
  /** Accounts that already got this notice with the text of an earlier plan. */
  told: list(text),
  /** Members without an account name, by the ID server's row number; they cannot be identified. */
  nameless: list(number),
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
    en: 'Who gets the mails about the end of access and data, and their text.',
    ko: '접속과 데이터가 끝난다는 메일을 누구에게 어떤 내용으로 보낼지 정합니다.',
  },
  subject: { en: 'sending the notices', ko: '안내 메일 발송' },
  phase: 'notice',
  quorum: 1,
  binding,
  observed,
  confirm: ({ recipients }) => `notice ${recipients.length}`,
  skippable: false,
  rehearsal: 'plan',
  inFull: (plan) => mailLines(mails(plan), 'notice'),
  mails,
  brief: ({ texts: _texts, sources: _sources, data: _data, ...rest }) => rest,
});
