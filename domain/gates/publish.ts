import { z } from 'zod';
import { exact, list, maybe, number, planGate, seen, text } from './define.ts';
import { indented } from './lines.ts';

const form = exact({
  title: text,
  description: text,
  questions: list(exact({ title: text, help: text, choices: list(text) })),
  /** Null if a person makes the form. */
  id: maybe,
});

/** The post, byte for byte, and its destination. The repository's address holds no credentials. */
const binding = exact({
  semester: text,
  title: text,
  /** `_posts/2027-03-02-gpu.md` */
  path: text,
  content: text,
  formUrl: text,
  /** The current text of the form; if a person makes the form, the text that the instructions gave. */
  form,
  repository: text,
  branch: text,
  publish: z.enum(['push', 'pull-request']),
});

/** The inputs of the post. An update of the post starts from them. */
const observed = seen({
  plannedAt: text,
  formUrl: text,
  semester: seen({
    name: text,
    deadline: text,
    notices: list(text),
    noticeGateLead: text,
    minimumNotice: text,
    period: seen({ from: text, until: text }),
    mode: z.enum(['update', 'reinstall']),
    order: z.enum(['wipe-first', 'update-first']),
    leader: text.optional(),
    applications: seen({ until: text, every: text, grace: text, nudges: list(text) }),
    keep: list(seen({ user: text, until: text.optional(), reason: text })),
    title: text,
    formUrl: text.optional(),
  }),
  calendar: seen({
    notices: list(text),
    noticeGateOpens: text,
    deadline: text,
    wipeFrom: text,
    minimumNoticeMs: number,
    periodFrom: text,
    periodUntil: text,
    applicationsUntil: text,
    applicationsEveryMs: number,
    graceMs: number,
    nudgesMs: list(number),
    nextSemesterFrom: text,
  }),
});

export type PostBinding = z.infer<typeof binding>;
export type PostObserved = z.infer<typeof observed>;

export const publishGate = planGate({
  name: 'publish',
  decides: {
    en: 'The text of the post on the homepage and of the survey form.',
    ko: '홈페이지 글과 설문 양식에 무엇을 적을지 정합니다.',
  },
  phase: 'reopen',
  quorum: 1,
  // Applications that end early open the form again as approved, until their last day.
  lastsDays: 370,
  // After the reopening no user is locked out, no session ended and nothing deleted.
  ends: ['removal', 'wipe', 'prune'],
  binding,
  observed,
  confirm: ({ semester }) => `publish ${semester}`,
  skippable: false,
  rehearsal: 'plan',
  inFull: ({ path, content, formUrl, form: { title, description, questions } }) => [
    '',
    `The post, ${path}:`,
    ...indented(content),
    '',
    `The form, ${formUrl}: ${title}`,
    ...indented(description),
    ...questions.map(
      ({ title: question, choices }) => `  - ${question}${choices.length > 0 ? `: ${choices.join(' / ')}` : ''}`,
    ),
  ],
  coversRows: true,
  page: (plan) => plan,
});
