import { createRequire } from 'node:module';
import type * as Drive from '@googleapis/drive';
import type * as Forms from '@googleapis/forms';
import { refuse } from '../../failures.ts';

/** Secrets of the account that owns the forms: the three of OAuth, or the key of a service account. */
export interface GoogleSecrets {
  readonly googleClientId?: string | undefined;
  readonly googleClientSecret?: string | undefined;
  readonly googleRefreshToken?: string | undefined;
  /** The whole JSON file of a service account's key. */
  readonly googleKey?: string | undefined;
}

/** Endpoints of a server that replaces Google's. */
export interface GoogleEndpoints {
  /** Root of the Forms and Drive APIs. */
  readonly rootUrl: string;
  readonly tokenUrl: string;
}

export interface GoogleClient {
  readonly forms: Forms.forms_v1.Forms;
  readonly drive: Drive.drive_v3.Drive;
}

/** Loads Google's packages when a site uses them: 25 MB that no other worker needs. */
const require = createRequire(import.meta.url);
const googleForms = () => require('@googleapis/forms') as typeof Forms;
const googleDrive = () => require('@googleapis/drive') as typeof Drive;

/** `drive.file` covers only the forms that this service made, and no other file. */
const SCOPES = [
  'https://www.googleapis.com/auth/forms.body',
  'https://www.googleapis.com/auth/forms.responses.readonly',
  'https://www.googleapis.com/auth/drive.file',
];
const TOKEN_URL = 'https://oauth2.googleapis.com/token';
const ANSWER_MS = 30_000;

const OAUTH_NAMES = ['SEMESTER_GOOGLE_CLIENT_ID', 'SEMESTER_GOOGLE_CLIENT_SECRET', 'SEMESTER_GOOGLE_REFRESH_TOKEN'];

/**
 * Clients of Forms and Drive, for the group's account, or for a service account that acts as a person.
 * @throws ApplicationFailure `ConfigInvalid` naming the missing or wrong secret
 */
export function createGoogleClient(
  secrets: GoogleSecrets,
  actAs: string | undefined,
  endpoints?: GoogleEndpoints,
): GoogleClient {
  const options = {
    auth: authOf(secrets, actAs, endpoints?.tokenUrl ?? TOKEN_URL),
    // Temporal retries, and shows its retries.
    retry: false,
    timeout: ANSWER_MS,
    ...(endpoints && { rootUrl: endpoints.rootUrl }),
  };
  return {
    forms: googleForms().forms({ version: 'v1', ...options }),
    drive: googleDrive().drive({ version: 'v3', ...options }),
  };
}

function authOf(secrets: GoogleSecrets, actAs: string | undefined, tokenUrl: string) {
  const { googleClientId: clientId, googleClientSecret: clientSecret, googleRefreshToken: token, googleKey } = secrets;
  if (googleKey !== undefined) {
    const { client_email: email, private_key: key } = keyOf(googleKey);
    const toToken = (input: string | URL | Request, init?: RequestInit) =>
      fetch(input instanceof Request || String(input) !== TOKEN_URL ? input : tokenUrl, init);
    const transporterOptions = tokenUrl === TOKEN_URL ? {} : { fetchImplementation: toToken };
    return new (googleForms().auth.JWT)({
      email,
      key,
      scopes: SCOPES,
      transporterOptions,
      ...(actAs && { subject: actAs }),
    });
  }
  const given = [clientId, clientSecret, token];
  const missing = OAUTH_NAMES.filter((_, index) => given[index] === undefined);
  if (missing.length > 0)
    throw refuse('ConfigInvalid', `survey: source google needs ${missing.join(', ')}, or SEMESTER_GOOGLE_KEY`);
  const client = new (googleForms().auth.OAuth2)({
    clientId: clientId!,
    clientSecret: clientSecret!,
    endpoints: { oauth2TokenUrl: tokenUrl },
  });
  client.setCredentials({ refresh_token: token! });
  return client;
}

function keyOf(text: string): { client_email: string; private_key: string } {
  const wrong = () =>
    refuse(
      'ConfigInvalid',
      'survey: SEMESTER_GOOGLE_KEY is not the JSON key file of a service account: download it anew',
    );
  let key: { client_email?: unknown; private_key?: unknown };
  try {
    key = JSON.parse(text) as typeof key;
  } catch {
    // The parser's message would contain the key.
    throw wrong();
  }
  const { client_email: email, private_key: pem } = key ?? {};
  if (typeof email !== 'string' || typeof pem !== 'string') throw wrong();
  return { client_email: email, private_key: pem };
}
