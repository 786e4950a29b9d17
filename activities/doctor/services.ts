import { many } from '../../domain/many.ts';
import { readFile, statfs } from 'node:fs/promises';
import { formatBytes } from '../../domain/size.ts';
import { isLoopback } from '../../config/fields.ts';
import type { Site } from '../../domain/site.ts';
import { githubRights, openGitHub } from '../homepage/github.ts';
import { pushRights } from '../homepage/push-rights.ts';
import { withoutCredentials } from '../homepage/repository.ts';
import { createDirectory } from '../id-server/directory.ts';
import { groupsAbove, onlyImplied } from '../id-server/nested.ts';
import type { IdServer } from '../id-server/types.ts';
import { openSmtp, tryRecipient } from '../mail/transport.ts';
import { databaseSize } from '../store/postgres.ts';
import type { Store } from '../store/store.ts';
import { withoutQuery } from '../survey/download.ts';
import type { Surveys } from '../survey/source.ts';
import type { SurveySource } from '../survey/types.ts';
import { runCheck, type Finding } from './check.ts';
import { judgeSpace } from './findings.ts';
import { signersOf } from './signers.ts';
import { checkDatabase, neededColumns } from './database.ts';
import type { DoctorSecrets } from './secrets.ts';
import type { DoctorCheck } from './contract.ts';
import { isFailure } from '../failures.ts';

/** Timeout for a silent mail server. */
const SMTP_MS = 15_000;

/** Checks ID server, its database, mail, homepage, survey, approvers and store by read-only use. */
export async function checkServices(a: {
  site: Site;
  secrets: DoctorSecrets;
  idServer: Pick<IdServer, 'members' | 'implied' | 'pending'>;
  store: Pick<Store, 'getNamed'>;
  surveys: Surveys;
}): Promise<readonly DoctorCheck[]> {
  const { site, secrets } = a;
  const { idServer, mail, homepage, survey, addresses } = site;
  const place = addresses.source === 'csv' ? addresses.file : "ID server's database";
  const git = withoutCredentials(homepage.repository);
  return await Promise.all([
    runCheck('ID server', idServer.url, 'docs/credentials.md, "ID server"', async () => {
      const [members, implied, pending] = await Promise.all([
        a.idServer.members(),
        a.idServer.implied(),
        a.idServer.pending(),
      ]);
      const group = `${idServer.username} owns ${idServer.group}`;
      const found = `${group}: ${many(members.length, 'member')}, ${pending.length} pending`;
      if (implied.length === 0) return { found };
      const via = groupsAbove(implied);
      return {
        state: 'warning',
        found: `${found}; ${onlyImplied(members, implied).length} more sign in as members of ${via}`,
        remedy: `they get the notices, but the service does not remove them from ${via}: end the relation to ${idServer.group} before the removal`,
      };
    }),
    runCheck('addresses', place, 'docs/credentials.md, "ID server\'s database"', () =>
      checkAddresses(site, secrets.idDatabaseUrl),
    ),
    runCheck('mail', `${mail.host}:${mail.port}`, 'check `mail` in site.yaml and SEMESTER_SMTP_PASSWORD', () =>
      checkMail(site, secrets.smtpPassword),
    ),
    runCheck(
      'homepage',
      git,
      'check `homepage` in site.yaml; give the worker a key that may push, or a token',
      async () => ({
        found:
          homepage.publish === 'pull-request'
            ? await githubRights(openGitHub(homepage, secrets.githubToken), homepage.branch)
            : await pushRights(site),
      }),
    ),
    runCheck('survey', survey.source === 'google' ? 'Google' : withoutQuery(survey.csv ?? ''), SURVEY_REMEDY, () =>
      checkSurvey(a.surveys(site)),
    ),
    runCheck(
      'approvers',
      site.approvals.allowedSigners,
      'write a line for each: NAME namespaces="gpu-semester" KEY',
      () => checkSigners(site),
    ),
    runCheck('store', 'worker', 'check SEMESTER_DATABASE_URL', async () => {
      await a.store.getNamed('health');
      if (secrets.databaseUrl === undefined) return { found: 'embedded, answers' };
      return { found: `PostgreSQL, answers, holds ${formatBytes(await databaseSize(secrets.databaseUrl))}` };
    }),
    runCheck('free space', 'worker', 'make room: each step is recorded before it acts', () =>
      checkStateDir(site.stateDir, secrets.databaseUrl),
    ),
  ]);
}

/** Plans, proofs and the embedded store need room; a full disk stops the semester. */
export async function checkStateDir(stateDir: string, databaseUrl: string | undefined): Promise<Finding> {
  try {
    const { bavail, blocks, bsize } = await statfs(stateDir);
    const { state = 'ok', found } = judgeSpace([{ dir: stateDir, free: bavail * bsize, size: blocks * bsize }]);
    return {
      state,
      found:
        databaseUrl === undefined
          ? found
          : `${found}; the disk of PostgreSQL is not seen from here (docs/monitoring.md)`,
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { state: 'skipped', found: `${stateDir} does not exist yet` };
  }
}

async function checkAddresses(site: Site, databaseUrl: string | undefined): Promise<Finding> {
  const needed = neededColumns(site);
  const file = site.addresses.source === 'csv';
  if (file) await createDirectory({ site: async () => site, databaseUrl }).lookup([]);
  if (Object.keys(needed).length === 0) return { found: 'the file is valid' };
  if (!databaseUrl) return { state: 'wrong', found: 'SEMESTER_ID_DATABASE_URL is not set' };
  const database = await checkDatabase(databaseUrl, needed);
  return file ? { ...database, found: `the file is valid; ${database.found}` } : database;
}

async function checkSigners({ approvals, approvers }: Site): Promise<Finding> {
  if (!approvals.signed) {
    const remedy = 'set approvals.signed: true in site.yaml';
    return { state: 'warning', found: 'approvals are not signed: `by` is only a claim', remedy };
  }
  return signersOf(
    await readFile(approvals.allowedSigners, 'utf8'),
    approvers.map(({ name }) => name),
  );
}

/** Greets the mail server, logs in, asks whether it takes a mail to an approver, and quits. Sends no mail. */
export async function checkMail(
  { mail, approvers }: Pick<Site, 'mail' | 'approvers'>,
  password: string | undefined,
): Promise<Finding> {
  const connection = await openSmtp(mail, password, SMTP_MS);
  const { secure } = connection;
  const from = /<([^<>]+)>\s*$/.exec(mail.from)?.[1] ?? mail.from;
  const refusal = await tryRecipient(connection, from, approvers[0]?.email ?? from).finally(() => connection.quit());
  if (refusal !== null) {
    const waits = / 4\d\d[ -]/.test(refusal);
    return {
      state: waits ? 'warning' : 'wrong',
      found: refusal,
      remedy: waits
        ? 'the server defers mails (greylisting); the service waits as long as it asks'
        : 'check mail.from and mail.username in site.yaml, and that the server relays mails of this machine',
    };
  }
  const login = mail.username === undefined ? 'no login configured' : `${mail.username} logged in`;
  if (secure) return { found: `TLS, ${login}` };
  if (isLoopback(mail.host)) return { found: `on this machine, without TLS, ${login}` };
  return {
    state: 'warning',
    found: `without TLS, ${login}`,
    remedy: 'set mail.secure, or enable STARTTLS on the server',
  };
}

const SURVEY_REMEDY = 'check `survey` in site.yaml; see docs/credentials.md, "Survey"';

async function checkSurvey(source: SurveySource): Promise<Finding> {
  if (source.forms) return { found: await source.forms.reach() };
  try {
    const { answers, unusable } = await source.responses('');
    const found = many(answers.length, 'answer');
    if (unusable.length === 0) return { found };
    return { state: 'warning', found: `${found}; not usable: ${unusable.slice(0, 3).join('; ')}` };
  } catch (error) {
    if (!isFailure(error, 'Unreachable')) throw error;
    const remedy = 'before the form exists there is nothing to read; afterwards check `survey` in site.yaml';
    return { state: 'warning', found: error.message, remedy };
  }
}
