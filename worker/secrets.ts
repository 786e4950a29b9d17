import { PAYLOAD_KEYS } from '../codec/keys.ts';
import { readSecret, type Environment } from '../config/read-secret.ts';

/** Environment variables of the secrets. No secret ever appears in YAML, in a log or in Temporal's history. */
export const SECRET_NAMES = {
  /** Private key (OpenSSH or PEM text) for the administrator account on every host. */
  sshKey: 'SEMESTER_SSH_KEY',
  /** The administrator account's password: for login without a key, and for sudo on hosts that ask for it. */
  sshPassword: 'SEMESTER_SSH_PASSWORD',
  idPassword: 'SEMESTER_ID_PASSWORD',
  /** Connection string of the ID server's database, with a read-only role. */
  idDatabaseUrl: 'SEMESTER_ID_DATABASE_URL',
  smtpPassword: 'SEMESTER_SMTP_PASSWORD',
  /** Sent to the address of the survey's CSV. */
  surveyToken: 'SEMESTER_SURVEY_TOKEN',
  /** OAuth client and refresh token of the Google account that owns the forms. */
  googleClientId: 'SEMESTER_GOOGLE_CLIENT_ID',
  googleClientSecret: 'SEMESTER_GOOGLE_CLIENT_SECRET',
  googleRefreshToken: 'SEMESTER_GOOGLE_REFRESH_TOKEN',
  /** JSON key of a service account, instead of the three above. */
  googleKey: 'SEMESTER_GOOGLE_KEY',
  /** GitHub token that opens pull requests for the post. */
  githubToken: 'SEMESTER_GITHUB_TOKEN',
  /** Webhook of a chat (Slack, Mattermost). It is a secret because anyone who knows it can post there. */
  webhookUrl: 'SEMESTER_WEBHOOK_URL',
  /** Connection string of the store. */
  databaseUrl: 'SEMESTER_DATABASE_URL',
  /** Keys of the payloads in Temporal: `id:key[,id:key]`; `semester keys new` prints one. */
  payloadKeys: PAYLOAD_KEYS,
} as const;

export type Secrets = { readonly [K in keyof typeof SECRET_NAMES]?: string };

/**
 * Reads all secrets that are set. The values are not enumerable, so logs and JSON omit them.
 * @throws Error like `readSecret`.
 */
export async function loadSecrets(env: Environment = process.env): Promise<Secrets> {
  const secrets: Secrets = {};
  for (const [key, name] of Object.entries(SECRET_NAMES)) {
    const value = await readSecret(name, env);
    if (value !== undefined) Object.defineProperty(secrets, key, { value, enumerable: false });
  }
  return Object.freeze(secrets);
}
