import ssh2 from 'ssh2';
import { exposedFile, exposedText } from '../../config/read-secret.ts';
import type { Site } from '../../domain/site.ts';
import { webhookProblem } from '../approvals/webhook.ts';
import type { SurveySecrets } from '../survey/source.ts';
import { runCheck, type Finding } from './check.ts';
import { neededColumns } from './database.ts';
import type { DoctorCheck } from './contract.ts';

/** The values of the worker's secrets; undefined if not set. */
export interface DoctorSecrets extends SurveySecrets {
  readonly sshKey?: string | undefined;
  readonly sshPassword?: string | undefined;
  readonly idPassword?: string | undefined;
  readonly idDatabaseUrl?: string | undefined;
  readonly smtpPassword?: string | undefined;
  readonly databaseUrl?: string | undefined;
  readonly payloadKeys?: string | undefined;
  readonly webhookUrl?: string | undefined;
  readonly githubToken?: string | undefined;
}

const GUIDE = 'docs/credentials.md says who issues it and where it goes';

/** Checks which credentials the worker has, without using them. The report holds names, never values. */
export async function checkSecrets(site: Site, secrets: DoctorSecrets): Promise<readonly DoctorCheck[]> {
  const row = (name: string, look: () => Finding) =>
    runCheck('credential', name, `set ${name}: ${GUIDE}`, async () => {
      const exposed = await exposedFile(name);
      return exposed === null ? look() : { state: 'wrong', ...exposedText(exposed) };
    });
  const asks = [site.storage, ...site.hosts, ...(site.replica ? [site.replica] : [])]
    .filter(({ sudo }) => sudo === 'password')
    .map(({ name }) => name);
  return await Promise.all([
    row('SEMESTER_SSH_KEY', () => sshKey(secrets)),
    row('SEMESTER_SSH_PASSWORD', () => {
      if (secrets.sshPassword !== undefined) return { found: 'set' };
      if (asks.length > 0) return { state: 'wrong', found: `not set, and sudo asks for it on ${asks.join(', ')}` };
      return secrets.sshKey === undefined
        ? { state: 'wrong', found: 'not set, and SEMESTER_SSH_KEY is not set either' }
        : notNeeded();
    }),
    row('SEMESTER_ID_PASSWORD', () => required(secrets.idPassword)),
    row('SEMESTER_ID_DATABASE_URL', () =>
      Object.keys(neededColumns(site)).length > 0 ? required(secrets.idDatabaseUrl) : notNeeded(),
    ),
    row('SEMESTER_SMTP_PASSWORD', () =>
      site.mail.username === undefined ? notNeeded() : required(secrets.smtpPassword),
    ),
    ...surveyRows(site, secrets).map(([name, look]) => row(name, look)),
    row('SEMESTER_GITHUB_TOKEN', () =>
      site.homepage.publish === 'pull-request' ? required(secrets.githubToken) : notNeeded(),
    ),
    row('SEMESTER_WEBHOOK_URL', () => {
      if (!site.notify.webhook) return notNeeded();
      const problem = webhookProblem(secrets.webhookUrl);
      return problem === null ? { found: 'set' } : { state: 'wrong', found: problem };
    }),
    row('SEMESTER_PAYLOAD_KEYS', () =>
      site.encryption === 'required' || secrets.payloadKeys !== undefined
        ? required(secrets.payloadKeys)
        : { state: 'warning', found: 'not set: Temporal stores names and mails readable, as site.yaml allows' },
    ),
    row('SEMESTER_DATABASE_URL', () =>
      secrets.databaseUrl === undefined ? { found: `not set: embedded below ${site.stateDir}` } : { found: 'set' },
    ),
  ]);
}

/** Credentials of the survey. Google needs the key of a service account, or all three secrets of OAuth. */
function surveyRows({ survey }: Site, secrets: DoctorSecrets): readonly (readonly [string, () => Finding])[] {
  const { googleClientId, googleClientSecret, googleRefreshToken, googleKey, surveyToken } = secrets;
  const google = survey.source === 'google';
  const url = !google && /^https?:/i.test(survey.csv ?? '');
  const oauth = Object.entries({
    SEMESTER_GOOGLE_CLIENT_ID: googleClientId,
    SEMESTER_GOOGLE_CLIENT_SECRET: googleClientSecret,
    SEMESTER_GOOGLE_REFRESH_TOKEN: googleRefreshToken,
  });
  return [
    ['SEMESTER_SURVEY_TOKEN', () => (url ? required(surveyToken) : notNeeded())],
    ...oauth.map(
      ([name, value]) => [name, () => (google && googleKey === undefined ? required(value) : notNeeded())] as const,
    ),
    ['SEMESTER_GOOGLE_KEY', () => (google && googleKey !== undefined ? { found: 'set' } : notNeeded())],
  ];
}

const notNeeded = (): Finding => ({ state: 'skipped', found: 'not needed' });
const required = (secret: string | undefined): Finding =>
  secret === undefined ? { state: 'wrong', found: 'not set' } : { found: 'set' };

function sshKey({ sshKey: key, sshPassword }: DoctorSecrets): Finding {
  if (key === undefined) {
    return sshPassword === undefined
      ? { state: 'wrong', found: 'not set, and SEMESTER_SSH_PASSWORD is not set either' }
      : { state: 'skipped', found: 'not set: logins are by password' };
  }
  const parsed = ssh2.utils.parseKey(key);
  if (!(parsed instanceof Error)) return { found: `set, ${parsed.type}` };
  // The library's message may repeat parts of the key.
  const locked = /passphrase|encrypted/i.test(parsed.message);
  return {
    state: 'wrong',
    found: locked ? 'the key has a passphrase' : 'not a private key',
    remedy: 'make a key for this service only: ssh-keygen -t ed25519 -N "" -f semester-ssh-key',
  };
}
