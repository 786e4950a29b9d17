import { isIP } from 'node:net';
import { z } from 'zod';
import {
  address,
  date,
  email,
  hostName,
  language,
  line,
  localPath,
  mailbox,
  notOption,
  port,
  serverUrl,
  slug,
  userName,
  webUrl,
  zone,
} from '../config/fields.ts';
import { CliError, EXIT } from './exit.ts';
import type { Io } from './io.ts';

/** What `semester init` needs to know, with the flag that answers it. */
interface Question<T = unknown> {
  /** Completes "Please give …". */
  readonly what: string;
  /** An example, or the form of the answer. */
  readonly form: string;
  readonly read: z.ZodType<T, string>;
  /** `false`: it is found out, follows from another answer, or has a default; nobody is asked. */
  readonly asked?: false;
  /** Whether the flag takes several words. */
  readonly several?: true;
}

/** A server as a person names it: `asahi.example.org`, or `asahi=192.0.2.7:2222`. */
const host = z
  .string()
  .transform((text) => {
    const [, name, rest = ''] = /^(?:([^=]*)=)?(.*)$/.exec(text) ?? [];
    // An IPv6 address with a port has brackets.
    const [, place = rest, number = '22'] = (isIP(rest) === 0 && /^\[?(.*?)\]?:(\d+)$/.exec(rest)) || [];
    // An address names no host: NAME=ADDRESS.
    return { name: name ?? (isIP(place) ? '' : (place.split('.')[0] ?? '')), address: place, port: Number(number) };
  })
  .pipe(z.object({ name: hostName, address, port }));

/** `kim:kim@example.org`, or `kim:kim@example.org:kim.pub` with the file of the public SSH key. */
const approver = z
  .string()
  .transform((text) => {
    const [name = '', mail = '', ...key] = text.split(':');
    return { name, email: mail, ...(key.length > 0 && { key: key.join(':') }) };
  })
  .pipe(z.object({ name: slug('kim'), email, key: z.string().optional() }));

const mailServer = z
  .string()
  .transform((text) => {
    const [place = '', number = '587'] = text.split(':');
    return { host: place, port: Number(number) };
  })
  .pipe(z.object({ host: address, port }));

const list = <T>(item: z.ZodType<T, string>, least: string) =>
  z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((word) => word !== ''))
    .pipe(z.array(item).min(1, { error: least }));

/** For site.yaml. */
export const SITE_QUESTIONS = {
  name: { what: 'a short name of the site', form: 'bacchus', read: slug('bacchus') },
  hosts: {
    what: 'the GPU servers',
    form: 'asahi.example.org bernini=192.0.2.7:2222',
    read: list(host, 'at least one GPU server'),
    several: true,
  },
  storage: { what: 'the server that holds the homes', form: 'oloroso.example.org', read: host },
  sshUser: { what: "the administrators' account on the servers", form: 'bacchus', read: userName },
  idServer: { what: 'the address of the ID server', form: 'https://id.example.org', read: serverUrl },
  idAccount: { what: "the service's account on the ID server", form: 'gpusemester', read: line('an account name') },
  mailServer: { what: 'the mail server', form: 'smtp.example.org:587', read: mailServer },
  mailFrom: { what: 'the sender of mails', form: 'Bacchus <gpu@example.org>', read: mailbox },
  homepage: { what: 'the address of the homepage', form: 'https://example.org', read: webUrl },
  repository: {
    what: "the homepage's git repository",
    form: 'git@github.com:example/example.github.io.git',
    read: notOption('a git address or path'),
  },
  agreement: { what: 'the page with the terms of use', form: 'https://example.org/gpu-agreement', read: webUrl },
  approvers: {
    what: 'the approvers, three or more, with the files of their public SSH keys',
    form: 'kim:kim@example.org:kim.pub lee:lee@example.org',
    read: list(approver, 'at least one approver'),
    several: true,
  },
  idGroup: { what: 'the GPU group on the ID server', form: 'gpu', read: line('an identifier'), asked: false },
  zone: { what: 'the time zone of dates', form: 'Asia/Seoul', read: zone, asked: false },
  language: { what: 'the language of plans', form: 'ko', read: language, asked: false },
  mailAccount: { what: 'the account on the mail server', form: 'gpu@example.org', read: line('one'), asked: false },
  contact: { what: 'the address for questions', form: 'gpu@example.org', read: email, asked: false },
  branch: { what: 'the branch of the homepage', form: 'main', read: notOption('a branch'), asked: false },
  survey: {
    what: "the file or address of the survey's answers",
    form: 'survey.csv',
    read: z.union([webUrl, localPath], { error: 'a CSV file, or the https address of one' }),
    asked: false,
  },
  leader: { what: 'the GPU server that is updated first', form: 'asahi', read: hostName, asked: false },
  serviceHost: { what: 'the machine of the service', form: 'sherry.example.org', read: address, asked: false },
  stateDir: { what: 'the folder for the state of the worker', form: '/state', read: localPath, asked: false },
} as const satisfies Record<string, Question>;

/** For the semester's file. */
export const SEMESTER_QUESTIONS = {
  deadline: { what: 'the last day of the accounts', form: '2027-02-10', read: date },
  periodFrom: { what: 'the first day of the new semester', form: '2027-03-02', read: date },
  periodUntil: { what: 'its last day', form: '2027-08-10', read: date },
  applicationsUntil: { what: 'the last day for applications', form: '2027-08-01', read: date, asked: false },
  semester: { what: 'the name of the semester', form: '2027-spring', read: slug('2027-spring'), asked: false },
  title: { what: 'the title of the post', form: '"2027 spring"', read: line('a title'), asked: false },
} as const satisfies Record<string, Question>;

type Questions = Readonly<Record<string, Question>>;
/** An answer is undefined only where nobody is asked. */
export type Answers<Q extends Questions> = {
  readonly [K in keyof Q]: z.output<Q[K]['read']> | (Q[K] extends { asked: false } ? undefined : never);
};
export type SiteAnswers = Answers<typeof SITE_QUESTIONS>;
export type SemesterAnswers = Answers<typeof SEMESTER_QUESTIONS>;

/** `sshUser` → `--ssh-user`. */
export const flagOf = (key: string): string => `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** What the flags say, by key; several words are joined. */
export type Given = Readonly<Record<string, string | undefined>>;

/**
 * The answers of the flags; a person at the terminal gives the others.
 * @throws CliError (2) that lists every flag with a wrong value, or every missing one if there is no terminal
 */
export async function answersTo<Q extends Questions>(io: Io, questions: Q, given: Given): Promise<Answers<Q>> {
  const { ask } = io;
  const entries = Object.entries(questions);
  const wrong = entries.flatMap(([key, question]) => {
    const text = given[key];
    const problem = text === undefined ? null : problemOf(question, text);
    return problem === null ? [] : [`${flagOf(key)} ${text}: expected ${problem}.`];
  });
  if (wrong.length > 0) throw new CliError(EXIT.usage, wrong.join('\n'));
  const missing = entries.filter(([key, { asked }]) => asked !== false && given[key] === undefined);
  if (missing.length > 0 && ask === null) {
    const flags = missing.map(([key, { what, form }]) => `  ${flagOf(key)} ${form}    ${what}`);
    throw new CliError(EXIT.usage, ['There is no terminal to ask. Add these flags:', ...flags].join('\n'));
  }
  const answers: Record<string, unknown> = {};
  for (const [key, question] of entries) {
    let text = given[key];
    if (text === undefined && question.asked !== false && ask !== null) text = await askUntilRight(io, ask, question);
    answers[key] = text === undefined ? undefined : question.read.parse(text);
  }
  return answers as Answers<Q>;
}

function problemOf({ read }: Question, text: string): string | null {
  return read.safeParse(text).error?.issues[0]?.message ?? null;
}

async function askUntilRight(io: Io, ask: NonNullable<Io['ask']>, question: Question): Promise<string> {
  for (;;) {
    const text = (await ask(`Please give ${question.what}, such as ${question.form}:`)).normalize('NFC').trim();
    const problem = problemOf(question, text);
    if (problem === null) return text;
    io.note(`"${text}": expected ${problem}.`);
  }
}
