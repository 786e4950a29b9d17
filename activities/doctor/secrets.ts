import ssh2 from 'ssh2';
import { dirname } from 'node:path';
import { exposedFile } from '../../config/read-secret.ts';
import type { Site } from '../../domain/site.ts';
import { webhookProblem, type WebhookProblem } from '../approvals/webhook.ts';
import type { SurveySecrets } from '../survey/source.ts';
import { runCheck, type Finding } from './check.ts';
import { neededColumns } from './database.ts';
import type { Say } from '../../texts/messages.ts';
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

/** Checks which credentials the worker has, without using them. The report holds names, never values. */
export async function checkSecrets(say: Say, site: Site, secrets: DoctorSecrets): Promise<readonly DoctorCheck[]> {
  const set = (): Finding => ({ found: say('doctor.credential.set') });
  const notNeeded = (): Finding => ({ state: 'skipped', found: say('doctor.credential.unneeded') });
  const required = (secret: string | undefined): Finding =>
    secret === undefined ? { state: 'wrong', found: say('doctor.credential.unset') } : set();
  const row = (name: string, look: () => Finding) =>
    runCheck(say, 'credential', name, say('doctor.credential.remedy', { name }), async () => {
      const exposed = await exposedFile(name);
      if (exposed === null) return look();
      return {
        state: 'wrong',
        found: say('doctor.credential.exposed', { file: exposed }),
        remedy: say('doctor.credential.exposedRemedy', { file: exposed, folder: dirname(exposed) }),
      };
    });
  const asks = [site.storage, ...site.hosts, ...(site.replica ? [site.replica] : [])]
    .filter(({ sudo }) => sudo === 'password')
    .map(({ name }) => name);
  return await Promise.all([
    row('SEMESTER_SSH_KEY', () => sshKey(say, secrets)),
    row('SEMESTER_SSH_PASSWORD', () => {
      if (secrets.sshPassword !== undefined) return set();
      if (asks.length > 0) return { state: 'wrong', found: say('doctor.credential.sudoAsks', { hosts: asks }) };
      return secrets.sshKey === undefined
        ? { state: 'wrong', found: say('doctor.credential.neither', { other: 'SEMESTER_SSH_KEY' }) }
        : notNeeded();
    }),
    row('SEMESTER_ID_PASSWORD', () => required(secrets.idPassword)),
    row('SEMESTER_ID_DATABASE_URL', () =>
      Object.keys(neededColumns(site)).length > 0 ? required(secrets.idDatabaseUrl) : notNeeded(),
    ),
    row('SEMESTER_SMTP_PASSWORD', () =>
      site.mail.username === undefined ? notNeeded() : required(secrets.smtpPassword),
    ),
    ...surveySecrets(site, secrets).map(([name, secret, needed]) =>
      row(name, () => (needed ? required(secret) : notNeeded())),
    ),
    row('SEMESTER_GITHUB_TOKEN', () =>
      site.homepage.publish === 'pull-request' ? required(secrets.githubToken) : notNeeded(),
    ),
    row('SEMESTER_WEBHOOK_URL', () => {
      if (!site.notify.webhook) return notNeeded();
      const problem = webhookProblem(secrets.webhookUrl);
      return problem === null ? set() : { state: 'wrong', found: problemText(say, problem) };
    }),
    row('SEMESTER_PAYLOAD_KEYS', () =>
      site.encryption === 'required' || secrets.payloadKeys !== undefined
        ? required(secrets.payloadKeys)
        : { state: 'warning', found: say('doctor.credential.readable') },
    ),
    row('SEMESTER_DATABASE_URL', () =>
      secrets.databaseUrl === undefined
        ? { found: say('doctor.credential.embedded', { folder: site.stateDir }) }
        : set(),
    ),
  ]);
}

/** Credentials of the survey that this site needs; of Google the key of a service account, or all three secrets of OAuth. */
function surveySecrets(
  { survey }: Site,
  secrets: DoctorSecrets,
): readonly (readonly [string, string | undefined, boolean])[] {
  const { googleClientId, googleClientSecret, googleRefreshToken, googleKey, surveyToken } = secrets;
  const google = survey.source === 'google';
  const oauth = google && googleKey === undefined;
  return [
    ['SEMESTER_SURVEY_TOKEN', surveyToken, !google && /^https?:/i.test(survey.csv ?? '')],
    ['SEMESTER_GOOGLE_CLIENT_ID', googleClientId, oauth],
    ['SEMESTER_GOOGLE_CLIENT_SECRET', googleClientSecret, oauth],
    ['SEMESTER_GOOGLE_REFRESH_TOKEN', googleRefreshToken, oauth],
    ['SEMESTER_GOOGLE_KEY', googleKey, google && !oauth],
  ];
}

const problemText = (say: Say, problem: WebhookProblem): string =>
  problem.kind === 'not-https'
    ? say('doctor.credential.notHttps', { protocol: problem.protocol })
    : problem.kind === 'unset'
      ? say('doctor.credential.unset')
      : say('doctor.credential.noAddress');

function sshKey(say: Say, { sshKey: key, sshPassword }: DoctorSecrets): Finding {
  if (key === undefined) {
    return sshPassword === undefined
      ? { state: 'wrong', found: say('doctor.credential.neither', { other: 'SEMESTER_SSH_PASSWORD' }) }
      : { state: 'skipped', found: say('doctor.credential.byPassword') };
  }
  const parsed = ssh2.utils.parseKey(key);
  if (!(parsed instanceof Error)) return { found: say('doctor.credential.key', { type: parsed.type }) };
  // The library's message may repeat parts of the key.
  const locked = /passphrase|encrypted/i.test(parsed.message);
  return {
    state: 'wrong',
    found: locked ? say('doctor.credential.passphrase') : say('doctor.credential.noKey'),
    remedy: say('doctor.credential.keyRemedy'),
  };
}
