import type { FormText } from '../activities/survey/types.ts';
import type { PlanRef } from '../domain/plan.ts';

/** A mail as people will read it, with placeholders for what differs from person to person. */
export interface SampleMail {
  readonly kind: string;
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** How many names of one kind are shown; the whole plan has all of them. */
const NAMES = 400;
const WIDTH = 100;

/** The mails that a notice's plan holds, of each kind and in every language; none in other plans. */
export function samplesIn(binding: unknown): readonly SampleMail[] {
  const { texts = {} } = binding as { texts?: Record<string, Record<string, Omit<SampleMail, 'kind' | 'language'>>> };
  return Object.entries(texts).flatMap(([kind, mails]) =>
    Object.entries(mails).map(([language, mail]) => ({ kind, language, ...mail })),
  );
}

/**
 * What an approver reads of a plan before asking for all of it: the first rows, and in full what cannot be called back:
 * everybody who leaves the group, every directory that is deleted, one mail in each language, the post.
 */
export function glanceLines({ gate, rows, total }: PlanRef, binding: unknown): readonly string[] {
  const details = DETAILS[gate]?.(binding as never) ?? [];
  // A post's rows are its first lines.
  if (rows.length === 0 || gate === 'publish') return details;
  const first = rows.length < total ? `First ${rows.length} of ${total}` : `All ${total}`;
  return ['', `${first}:`, ...rows.map((row) => `  ${row}`), ...details];
}

type Removal = { readonly remove: readonly { readonly uid: number; readonly username: string | null }[] };
interface Post {
  readonly path: string;
  readonly content: string;
  readonly formUrl: string;
  readonly form: FormText;
}

/** Gates whose rows do not say it all. */
const DETAILS: Partial<Record<PlanRef['gate'], (binding: never) => readonly string[]>> = {
  notice: (binding: unknown) => mailLines(samplesIn(binding)),
  removal: ({ remove }: Removal) =>
    named(
      'Who leaves the group',
      remove.map(({ uid, username }) => username ?? `#${uid}`),
    ),
  wipe: (binding: Wiped) => wipeLines(binding),
  publish: ({ path, content, formUrl, form }: Post) => [
    '',
    `The post, ${path}:`,
    ...indented(content),
    '',
    `The form, ${formUrl}: ${form.title}`,
    ...indented(form.description),
    ...form.questions.map(
      ({ title, choices }) => `  - ${title}${choices.length > 0 ? `: ${choices.join(' / ')}` : ''}`,
    ),
  ],
};

/** The notice in full; of the deadline's mail, which comes later and says less, the subjects. */
function mailLines(mails: readonly SampleMail[]): readonly string[] {
  const shown = mails.filter(({ kind }) => kind === 'notice');
  const others = mails.filter(({ kind }) => kind !== 'notice');
  return [
    ...shown.flatMap((mail) => ['', `Mail ${mail.kind} (${mail.language}): ${mail.subject}`, ...indented(mail.text)]),
    ...(others.length === 0 ? [] : ['', 'Other mails that this approves:']),
    ...others.map((mail) => `  ${mail.kind} (${mail.language}): ${mail.subject}`),
  ];
}

interface Wiped {
  readonly home: string;
  readonly homes: readonly { readonly name: string }[];
  readonly dockerDirectory: string;
  readonly docker: Readonly<Record<string, readonly string[]>>;
  readonly also: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

const wipeLines = ({ home, homes, dockerDirectory, docker, also }: Wiped): readonly string[] => [
  ...named(
    `Deleted below ${home}`,
    homes.map(({ name }) => name),
  ),
  ...Object.entries(docker).flatMap(([host, names]) => named(`Deleted on ${host} below ${dockerDirectory}`, names)),
  ...Object.entries(also).flatMap(([host, folders]) =>
    Object.entries(folders).flatMap(([folder, names]) => named(`Deleted on ${host} below ${folder}`, names)),
  ),
];

function named(title: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const lines = [''];
  for (const name of names.slice(0, NAMES)) {
    const line = lines.at(-1) ?? '';
    if (line.length + name.length >= WIDTH) lines.push(name);
    else lines[lines.length - 1] = line === '' ? name : `${line} ${name}`;
  }
  const more = names.length > NAMES ? [`  … and ${names.length - NAMES} more`] : [];
  return ['', `${title} (${names.length}):`, ...lines.map((line) => `  ${line}`), ...more];
}

const indented = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`));
