import { dirname, resolve } from 'node:path';
import type { Semester } from '../domain/semester.ts';
import type { Site } from '../domain/site.ts';
import { readDocument, type ConfigDocument, type Path } from './document.ts';
import { draftOf, type Draft } from './draft.ts';
import { ConfigError, type ConfigIssue } from './error.ts';
import { issuesOf } from './issues.ts';
import { semesterViolations, type SemesterContext } from './semester-rules.ts';
import { semesterSchema } from './semester-schema.ts';
import { siteViolations, type Starter } from './site-rules.ts';
import { HOME, siteSchema } from './site-schema.ts';

export { ConfigError, formatIssue, type ConfigIssue } from './error.ts';

export interface SiteOptions {
  /**
   * The account that will start a semester; it does not count toward a quorum of two or more. null: any one of the
   * approvers. The worker leaves it out, because it reads the site of a semester that has started.
   */
  readonly starter?: Starter;
}

/**
 * Reads site.yaml, fills in defaults, and resolves the worker's paths against the file's folder.
 * @throws ConfigError with all issues.
 */
export async function loadSite(file: string, options: SiteOptions = {}): Promise<Site> {
  const document = withAdministrator(await readDocument(file));
  const issues = issuesOf(
    document,
    siteSchema,
    siteViolations(draftOf(siteSchema, document.value) ?? {}, options.starter),
  );
  if (issues.length > 0) throw new ConfigError(issues);
  return withAbsolutePaths(siteSchema.parse(document.value), dirname(resolve(file)));
}

/** Parts of a semester, from flags. */
export type SemesterOverrides = Draft<Semester>;

/**
 * Reads semester.yaml if a file is passed; flags override it. A name like `2027-spring` yields the default title.
 * @throws ConfigError with all issues; those of flags have the file `command line`.
 */
export async function loadSemester(
  file: string | null,
  overrides: SemesterOverrides = {},
  context: SemesterContext = {},
): Promise<Semester> {
  const read = file === null ? commandLine({}) : await readDocument(file);
  const document = withDefaultTitle(overridden(read, overrides));
  const issues = semesterIssues(document, context);
  if (issues.length > 0) throw new ConfigError(issues);
  return semesterSchema.parse(document.value);
}

/** Validates a semester value, e.g. from a workflow's input. @throws ConfigError with all issues. */
export function checkSemester(value: unknown, context: SemesterContext = {}): Semester {
  const issues = semesterIssues({ value, place: () => ({ file: 'semester', line: null, column: null }) }, context);
  if (issues.length > 0) throw new ConfigError(issues);
  return semesterSchema.parse(value);
}

function semesterIssues(document: ConfigDocument, context: SemesterContext): readonly ConfigIssue[] {
  const draft = draftOf(semesterSchema, document.value) ?? {};
  return issuesOf(document, semesterSchema, semesterViolations(draft, context));
}

function withAbsolutePaths(site: Site, folder: string): Site {
  const isRemote = (place: string) => /^[a-z][a-z0-9+.-]*:\/\//i.test(place) || /^[^/]+:/.test(place);
  const local = (place: string) => (isRemote(place) ? place : resolve(folder, place));
  return {
    ...site,
    approvals: { ...site.approvals, allowedSigners: resolve(folder, site.approvals.allowedSigners) },
    ssh: { ...site.ssh, knownHosts: resolve(folder, site.ssh.knownHosts) },
    addresses:
      site.addresses.source === 'csv' ? { source: 'csv', file: resolve(folder, site.addresses.file) } : site.addresses,
    survey: { ...site.survey, ...(site.survey.csv !== undefined && { csv: local(site.survey.csv) }) },
    homepage: { ...site.homepage, repository: local(site.homepage.repository) },
    templates: resolve(folder, site.templates),
    stateDir: resolve(folder, site.stateDir),
    ...(site.backup && { backup: { ...site.backup, folder: resolve(folder, site.backup.folder) } }),
  };
}

function commandLine(value: unknown): ConfigDocument {
  return { value, place: () => ({ file: 'command line', line: null, column: null }) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merged(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (!isRecord(under) || !isRecord(over)) return over;
  return {
    ...under,
    ...Object.fromEntries(Object.entries(over).map(([key, value]) => [key, merged(under[key], value)])),
  };
}

function overridden(document: ConfigDocument, overrides: SemesterOverrides): ConfigDocument {
  const flags = commandLine(overrides);
  const isFlag = (path: Path) => {
    const value = path.reduce<unknown>((at, part) => (isRecord(at) ? at[String(part)] : at), overrides);
    return value !== undefined && !isRecord(value);
  };
  return {
    value: merged(document.value, overrides),
    place: (path, of) => (path.length > 0 && isFlag(path) ? flags : document).place(path, of),
  };
}

/** What follows from `ssh.user` where site.yaml does not say it: that its account is protected, and holds the images. */
function withAdministrator(document: ConfigDocument): ConfigDocument {
  const { value } = document;
  const user = isRecord(value) && isRecord(value['ssh']) ? value['ssh']['user'] : undefined;
  if (!isRecord(value) || typeof user !== 'string') return document;
  const named = isRecord(value['layout']) ? value['layout']['home'] : undefined;
  const home = typeof named === 'string' ? named : HOME;
  const defaults = { protected: [user, 'root'], layout: { images: `${home}/${user}/images` } };
  return { ...document, value: merged(defaults, value) };
}

const TERMS: Readonly<Record<string, string>> = {
  spring: '봄',
  summer: '여름',
  fall: '가을',
  autumn: '가을',
  winter: '겨울',
};

function withDefaultTitle(document: ConfigDocument): ConfigDocument {
  const { value } = document;
  if (!isRecord(value) || value['title'] !== undefined) return document;
  const [, year, term = ''] = /^(\d{4})-([a-z]+)$/.exec(String(value['name'])) ?? [];
  const season = TERMS[term];
  if (season === undefined) return document;
  return { ...document, value: { ...value, title: `${year}년 ${season}학기 GPU 서버 계정 신청 안내` } };
}
