import { PAYLOAD_KEYS } from '../codec/keys.ts';
import { readSecret, type Environment } from '../config/read-secret.ts';

/** Environment names of the secrets. None of them ever stands in YAML, in a log or in Temporal's history. */
export const SECRET_NAMES = {
  /** Private key (OpenSSH or PEM text) for the administrator account on every host. */
  sshKey: 'SEMESTER_SSH_KEY',
  /** The administrator account's password: for logging in without a key, and for sudo where it asks. */
  sshPassword: 'SEMESTER_SSH_PASSWORD',
  idPassword: 'SEMESTER_ID_PASSWORD',
  /** Connection string of the ID server's database, by a read-only role. */
  idDatabaseUrl: 'SEMESTER_ID_DATABASE_URL',
  smtpPassword: 'SEMESTER_SMTP_PASSWORD',
  /** Shown to the address of the survey's CSV. */
  surveyToken: 'SEMESTER_SURVEY_TOKEN',
  /** The account that owns the forms at Google: an OAuth client and its refresh token. */
  googleClientId: 'SEMESTER_GOOGLE_CLIENT_ID',
  googleClientSecret: 'SEMESTER_GOOGLE_CLIENT_SECRET',
  googleRefreshToken: 'SEMESTER_GOOGLE_REFRESH_TOKEN',
  /** Instead of these three: a service account's JSON key. */
  googleKey: 'SEMESTER_GOOGLE_KEY',
  /** Makes pull requests for the post. */
  githubToken: 'SEMESTER_GITHUB_TOKEN',
  /** Where a chat (Slack, Mattermost) takes messages: whoever knows the address can write there. */
  webhookUrl: 'SEMESTER_WEBHOOK_URL',
  /** Connection string of the store; without it an embedded database is used. */
  databaseUrl: 'SEMESTER_DATABASE_URL',
  /** What encrypts everything that Temporal stores: `id:key[,id:key]`, as `semester keys new` prints one. */
  payloadKeys: PAYLOAD_KEYS,
} as const;

export type Secrets = { readonly [K in keyof typeof SECRET_NAMES]?: string };

/**
 * All secrets that are set. The values do not show when the result is logged or written as JSON.
 * @throws Error as `readSecret`.
 */
export async function loadSecrets(env: Environment = process.env): Promise<Secrets> {
  const secrets: Secrets = {};
  for (const [key, name] of Object.entries(SECRET_NAMES)) {
    const value = await readSecret(name, env);
    if (value !== undefined) Object.defineProperty(secrets, key, { value, enumerable: false });
  }
  return Object.freeze(secrets);
}
