import type { SampleMail } from './define.ts';

/** How many names of one kind are shown. The whole plan holds all of them. */
const NAMES = 400;
const WIDTH = 100;

/** A title with the names below it, packed into lines; empty if there are no names. */
export function named(title: string, names: readonly string[]): readonly string[] {
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

export const indented = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`));

/** The mails of one kind in full, and the subjects of all others, which come later and are shorter. */
export function mailLines(mails: readonly SampleMail[], kind: string): readonly string[] {
  const shown = mails.filter((mail) => mail.kind === kind);
  const others = mails.filter((mail) => mail.kind !== kind);
  return [
    ...shown.flatMap((mail) => ['', `Mail ${mail.kind} (${mail.language}): ${mail.subject}`, ...indented(mail.text)]),
    ...(others.length === 0 ? [] : ['', 'Other mails that this approval covers:']),
    ...others.map((mail) => `  ${mail.kind} (${mail.language}): ${mail.subject}`),
  ];
}
