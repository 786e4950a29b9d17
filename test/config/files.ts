import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  ConfigError,
  formatIssue,
  loadSemester,
  loadSite,
  type ConfigIssue,
  type SiteOptions,
} from '../../config/load.ts';
import type { SemesterContext } from '../../config/semester-rules.ts';

const CONFIG = join(import.meta.dirname, '..', '..', 'config');
export const SITE_EXAMPLE = join(CONFIG, 'site.example.yaml');
export const SEMESTER_EXAMPLE = join(CONFIG, 'semester.example.yaml');

/** Sets the clock of this test to weeks before the deadline of the example: that passes one day. */
export function beforeTheExample(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2027-01-04T03:00:00Z') });
  onTestFinished(() => void vi.useRealTimers());
}

/** A file of this content in a folder that goes when the test ends. */
export async function fileOf(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'config-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

/** The example with lines changed: each of `changes` replaces the one place where its first text stands. */
export async function changedExample(example: string, ...changes: readonly (readonly [string, string])[]) {
  let text = await readFile(example, 'utf8');
  for (const [from, to] of changes) {
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`${JSON.stringify(from)} occurs ${parts.length - 1} times in ${example}`);
    text = parts.join(to);
  }
  return text;
}

/** The line, from 1, on which `needle` stands in `text`. */
export const lineOf = (text: string, needle: string) => text.split('\n').findIndex((line) => line.includes(needle)) + 1;

async function issuesFrom(load: Promise<unknown>): Promise<readonly ConfigIssue[]> {
  return load.then(
    () => [],
    (error: unknown) => {
      if (error instanceof ConfigError) return error.issues;
      throw error;
    },
  );
}

export async function siteIssues(text: string, options?: SiteOptions) {
  return issuesFrom(loadSite(await fileOf('site.yaml', text), options));
}

export async function semesterIssues(text: string, context?: SemesterContext) {
  return issuesFrom(loadSemester(await fileOf('semester.yaml', text), {}, context));
}

/**
 * The change of the example, the key that the error names, the text of its line, and the message of the error: `<text>` in it
 * stands for the number of the line with that text.
 */
export type Case = readonly [what: string, change: readonly [string, string], key: string, line: string, said: string];

function rejects(example: string, issuesOf: (text: string) => Promise<readonly ConfigIssue[]>, cases: readonly Case[]) {
  describe('rejects', () => {
    test.each(cases)('%s', async (_, change, key, line, said) => {
      const text = await changedExample(example, change);
      const issues = await issuesOf(text);
      const issue = issues.find((one) => one.key === key);
      if (issue === undefined) throw new Error(`nothing is said of ${key}: ${JSON.stringify(issues)}`);
      expect(issue.line).toBe(lineOf(text, line));
      const numbered = said.replace(/<(.*?)>(?=\))/, (__, mark: string) => String(lineOf(text, mark)));
      expect(formatIssue(issue)).toContain(numbered);
    });
  });
}

export const siteRejects = (cases: readonly Case[]) => rejects(SITE_EXAMPLE, siteIssues, cases);

export function semesterRejects(context: SemesterContext, cases: readonly Case[]) {
  rejects(SEMESTER_EXAMPLE, (text) => semesterIssues(text, context), cases);
}
