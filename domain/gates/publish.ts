import { z } from 'zod';
import { exact, list, maybe, number, planGate, seen, text } from './define.ts';
import { indented } from './lines.ts';

const form = exact({
  title: text,
  description: text,
  questions: list(exact({ title: text, help: text, choices: list(text) })),
  /** Of a form that a person makes: null. */
  id: maybe,
});

/** The post byte for byte, and where it goes. The repository is named without credentials. */
const binding = exact({
  semester: text,
  title: text,
  /** `_posts/2027-03-02-gpu.md` */
  path: text,
  content: text,
  formUrl: text,
  /** What the form asks, as it is; of a form that a person makes, what it was asked to ask. */
  form,
  repository: text,
  branch: text,
  publish: z.enum(['push', 'pull-request']),
});

/** From what the post was made; an update of it starts from there. */
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
    en: 'What the post on the homepage and the form of the survey say.',
    ko: '홈페이지 글과 설문 양식에 무엇을 적을지 정합니다.',
  },
  phase: 'reopen',
  quorum: 1,
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
