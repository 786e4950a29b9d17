import type { Path } from './document.ts';

const SECRET_KEY =
  /(pass(word|wd|phrase)?|secret|token|credentials?|api[-_]?key|private[-_]?key|^(ssh[-_]?)?key|^database(url)?|connection[-_]?string|dsn)$/i;

const SECRET_VALUE = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/,
  // user:password@ in any address, and a lone token before the @ of a web address
  /^[a-z][a-z0-9+.-]*:\/\/[^/@\s:]*:[^/@\s]*@/i,
  /^https?:\/\/[^/@\s]+@/i,
  /\b(password|passwd|pwd)=\S/i,
  /[?&](token|access_token|api_?key|key|sig|signature|secret)=/i,
  /\b(gh[pousr]_|github_pat_|glpat-|xox[abpr]-|AKIA[0-9A-Z]{12})/,
];

/** The name of an environment variable that holds a secret. */
export const SECRET_NAME = /^[A-Z][A-Z0-9_]*$/;

/** The path of a secret in YAML, and the environment variable for it. The value itself is never passed on. */
export interface SecretFound {
  readonly path: Path;
  readonly remedy: string;
}

/** Finds every secret in a parsed YAML value, by the name of its key or by the form of its value. */
export function findSecrets(value: unknown, path: Path = []): SecretFound[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => {
      const below = [...path, Array.isArray(value) ? Number(name) : name];
      const named = !Array.isArray(value) && SECRET_KEY.test(name) && inner !== null && !namesSecret(path, name, inner);
      return named ? [{ path: below, remedy: remedyFor(below, '') }] : findSecrets(inner, below);
    });
  }
  if (typeof value !== 'string' || !SECRET_VALUE.some((pattern) => pattern.test(value))) return [];
  return [{ path, remedy: remedyFor(path, value) }];
}

/** Whether `owners[…].secret` holds what it should: the name of a secret, not the secret. */
const namesSecret = (path: Path, name: string, value: unknown): boolean =>
  path[0] === 'owners' && name === 'secret' && typeof value === 'string' && SECRET_NAME.test(value);

function remedyFor(path: Path, value: string): string {
  const [section, key] = [String(path[0]), String(path.at(-1))];
  if (section === 'homepage') {
    return 'give it to git: an SSH deploy key, or a credential helper, of the account that runs the worker';
  }
  if (section === 'survey') {
    return 'set SEMESTER_SURVEY_TOKEN, which the worker sends to the address; or export the survey to a file';
  }
  const name = variableFor(section, key, value);
  return `set ${name}, or ${name}_FILE to the path of a file that holds it, in the worker's environment`;
}

function variableFor(section: string, key: string, value: string): string {
  if (value.includes('PRIVATE KEY') || /key$/i.test(key)) return 'SEMESTER_SSH_KEY';
  const postgres = /^postgres/i.test(value) || /database|dsn|connection/i.test(key);
  if (section === 'idServer' || section === 'addresses') {
    return postgres || section === 'addresses' ? 'SEMESTER_ID_DATABASE_URL' : 'SEMESTER_ID_PASSWORD';
  }
  if (postgres) return 'SEMESTER_DATABASE_URL';
  if (section === 'mail' || /smtp|mail/i.test(key)) return 'SEMESTER_SMTP_PASSWORD';
  return 'SEMESTER_SSH_PASSWORD';
}
