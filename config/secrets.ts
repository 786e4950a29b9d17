import type { Path } from './document.ts';

const SECRET_KEY =
  /(pass(word|wd|phrase)?|secret|token|credentials?|api[-_]?key|private[-_]?key|^(ssh[-_]?)?key|^database(url)?|connection[-_]?string|dsn)$/i;

const SECRET_VALUE = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/,
  // user:password@ in any address, and a lone token before the @ of a web address
  /\b[a-z][a-z0-9+.-]*:\/\/[^/@\s:]*:[^/@\s]*@/i,
  // Also with another number of slashes, which programs repair.
  /\bhttps?:[/\\]*[^/\\@\s]+@/i,
  /[?&](token|access_token|api_?key|key|sig|signature|secret)=/i,
  /\b(gh[pousr]_|github_pat_|glpat-|hf_[A-Za-z0-9]{8}|xox[abpr]-|AKIA[0-9A-Z]{12}|AIza[\w-]{20}|eyJ[\w-]{8,}\.[\w-]{8,}\.)/,
  /\bhttps:\/\/(hooks\.slack\.com\/services|discord(app)?\.com\/api\/webhooks)\//i,
  // In a command: a header, an option or a variable with the value itself; $NAME, $(…), @file and /path are no values.
  /\b(authorization|private-token|x-api-key):\s*(basic\s+|bearer\s+|token\s+)?[^\s$@'"]/i,
  /\bbearer\s+[^\s$'"]{4}/i,
  /(^|[\s;&|"'_-])(password|passwd|passphrase|pwd|token|secret|api[-_]?key|access[-_]?key)=['"]?[^\s$@/'"]/i,
  /(^|\s)--?(password|passwd|passphrase|token|secret|api-?key)\s+['"]?[^\s$@/'"-]/i,
  /\bsshpass\s+-p\s*['"]?[^\s$'"]/,
  /\b(curl|wget)\b.*\s(-u|--user)[\s=]*['"]?[^\s$:'"]+:[^\s$'"]/,
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
  if (section === 'update' || section === 'exports') {
    return 'write it to a file on the host that only root may read, and let the command read that file';
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
