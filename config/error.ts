import { shown } from './hidden.ts';

/** One error in a configuration file. */
export interface ConfigIssue {
  /** The path as the caller passed it; `command line` for a flag. */
  readonly file: string;
  /** From 1; null if the value does not come from a file. */
  readonly line: number | null;
  readonly column: number | null;
  /** `hosts[2].name`; empty for the whole file. */
  readonly key: string;
  /** The value found, as JSON; never a secret. */
  readonly found: string;
  readonly expected: string;
  readonly remedy?: string;
}

/** `site.yaml:12:5  hosts[2].name  found "asahi", expected a name not used before (line 8)` */
export function formatIssue(issue: ConfigIssue): string {
  const place = issue.line === null ? issue.file : `${issue.file}:${issue.line}:${issue.column}`;
  const key = issue.key === '' ? '' : `  ${issue.key}`;
  const remedy = issue.remedy === undefined ? '' : `; ${issue.remedy}`;
  return shown(`${place}${key}  found ${issue.found}, expected ${issue.expected}${remedy}`);
}

/** Invalid configuration: all issues at once, in the order of the file. */
export class ConfigError extends Error {
  override readonly name = 'ConfigInvalid';
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    super(issues.map(formatIssue).join('\n'));
    this.issues = issues;
  }
}
