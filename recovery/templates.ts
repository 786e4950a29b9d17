import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { isFailure, refuse } from '../activities/failures.ts';
import { leaderInstructions, reinstallInstructions } from '../activities/hosts/leader/instructions.ts';
import { renderForm, renderPost } from '../activities/homepage/post.ts';
import { previewMail } from '../activities/mail/preview.ts';
import { readCatalogue } from '../texts/catalogue.ts';
import { variablesOf } from '../texts/key-types.ts';
import { readMessages } from '../texts/messages.ts';
import { SHIPPED } from '../texts/template-file.ts';
import { loadSemester } from '../config/load.ts';
import type { ConfigIssue } from '../config/error.ts';
import { calendarOf } from '../domain/calendar.ts';
import { exampleDates } from '../domain/example-dates.ts';
import type { Site } from '../domain/site.ts';

const LANGUAGES = ['ko', 'en'] as const;

/**
 * Reads the files that site.yaml names, and renders every template of the site with example values, so that a fault shows before a
 * mail is due.
 */
export async function fileIssues(site: Site): Promise<readonly ConfigIssue[]> {
  return [...(await missingFiles(site)), ...(await templateIssues(site))];
}

/** Files of the worker's machine that do not exist here: on that machine they are needed, on another one they need not be. */
export async function missingYet({ ssh, survey, approvals }: Site): Promise<readonly string[]> {
  const { csv } = survey;
  const files: readonly (readonly [key: string, file: string, remedy: string])[] = [
    ['ssh.knownHosts', ssh.knownHosts, 'semester hosts trust HOST pins the key of each host in it'],
    ...(approvals.signed
      ? [['approvals.allowedSigners', approvals.allowedSigners, 'docs/approvals.md says what stands in it'] as const]
      : []),
    ...(survey.source === 'csv' && csv !== undefined && !/^https?:/i.test(csv)
      ? [['survey.csv', csv, 'applications read it from the reopening on: export the answers there'] as const]
      : []),
  ];
  const looked = await Promise.all(
    files.map(async ([key, file, remedy]) => {
      const there = await stat(file).catch(() => null);
      return there === null ? [`${key}: ${file} does not exist on this machine; the worker needs it: ${remedy}`] : [];
    }),
  );
  return looked.flat();
}

async function missingFiles({ addresses, approvals }: Site): Promise<readonly ConfigIssue[]> {
  // The usual name may still be missing on the machine of a person; doctor looks on that of the worker.
  const signers = approvals.signed && basename(approvals.allowedSigners) !== 'allowed_signers';
  const named = [
    ...(addresses.source === 'csv' ? [['addresses.file', addresses.file] as const] : []),
    ...(signers ? [['approvals.allowedSigners', approvals.allowedSigners] as const] : []),
  ];
  const issues = await Promise.all(
    named.map(async ([key, file]) => {
      const found = await stat(file).then(
        (seen) => (seen.isFile() ? null : 'something else than a file'),
        (error: NodeJS.ErrnoException) => `no readable file (${error.code})`,
      );
      return found === null
        ? []
        : [{ file, line: null, column: null, key, found, expected: 'a file', remedy: 'correct the path in site.yaml' }];
    }),
  );
  return issues.flat();
}

async function templateIssues(site: Site): Promise<readonly ConfigIssue[]> {
  const semester = await loadSemester(null, exampleDates(Temporal.Now.plainDateISO(site.zone)), { site });
  const calendar = calendarOf(semester, site.zone);
  const read = async () => site;
  const preview = previewMail({
    site: read,
    store: { getNamed: async () => null, putNamed: async () => undefined },
    directory: { lookup: async () => new Map() },
  });
  const shipped = (await readdir(join(SHIPPED, 'mail', 'en'))).map((name) => name.replace(/\.md$/, ''));
  const host = site.update.leader;
  // With packages on record, the instructions ask no host.
  const leader = { site: read, store: { getNamed: async () => ({}) } } as unknown as Parameters<
    typeof leaderInstructions
  >[0];
  const ref = { workflow: 'check', step: 'leader-work', round: 1, byHand: true };
  const renderings: readonly (() => Promise<unknown>)[] = [
    ...LANGUAGES.flatMap((language) => [
      ...shipped.map((mail) => () => preview({ mail, user: site.approvers[0]?.name ?? '', language, semester })),
      () => demandMessages(site, language),
      () => reinstallInstructions({ site: read })({ host, language }),
    ]),
    () => leaderInstructions(leader)({ ref, host }),
    () => renderForm(site, semester, 'semester/example'),
    () => renderPost(site, semester, calendar, 'https://forms.example.org/1', semester.deadline),
  ];
  const said = new Set<string>();
  for (const render of renderings) {
    try {
      await render();
    } catch (error) {
      if (!isFailure(error)) throw error;
      said.add(error.message);
    }
  }
  return [...said].map(issueOf);
}

/** A site's own messages can be parsed, and use only variables that the service supplies. */
async function demandMessages(site: Site, language: (typeof LANGUAGES)[number]): Promise<void> {
  await readMessages(site, language);
  const [own, known] = await Promise.all([readCatalogue(site.templates, language), readCatalogue(SHIPPED, language)]);
  for (const [key, { file, line, source }] of own ?? []) {
    const supplied = variablesOf(known?.get(key)?.source ?? '');
    const fail = (why: string) => refuse('ConfigInvalid', `${file}:${line}: ${key}: ${why}`);
    let used: readonly string[];
    try {
      used = variablesOf(source);
    } catch (error) {
      throw fail((error as Error).message.replace(/, line:\d+, col:\d+$/, ''));
    }
    const other = used.find((name) => !supplied.includes(name));
    if (other !== undefined) throw fail(`undefined variable: ${other}; there are ${supplied.join(', ') || 'none'}`);
  }
}

/** `templates/mail/ko/notice.md:12: undefined variable: x` as an issue of that line. */
function issueOf(message: string): ConfigIssue {
  const [, file = 'templates', line, reason = message] = /^(\S+?)(?::(\d+))?: (.*)$/s.exec(message) ?? [];
  const at = line === undefined ? { line: null, column: null } : { line: Number(line), column: 1 };
  return { file, ...at, key: '', found: reason, expected: 'a template that can be rendered' };
}
