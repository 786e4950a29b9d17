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
import type { Store } from '../store/store.ts';
import { withoutQuery } from '../survey/download.ts';
import type { Surveys } from '../survey/source.ts';
import type { SurveySource } from '../survey/types.ts';
import { runCheck, type Finding } from './check.ts';
import { judgeSpace } from './findings.ts';
import { signersOf } from './signers.ts';
import { checkDatabase, neededColumns } from './database.ts';
import type { DoctorSecrets } from './secrets.ts';
import type { Say } from '../../texts/messages.ts';
import type { DoctorCheck } from './contract.ts';
import { isFailure } from '../failures.ts';

/** Timeout for a silent mail server. */
const SMTP_MS = 15_000;

/** Checks ID server, its database, mail, homepage, survey, approvers and store by read-only use. */
export async function checkServices(a: {
  say: Say;
  site: Site;
  secrets: DoctorSecrets;
  idServer: Pick<IdServer, 'members' | 'implied' | 'pending'>;
  store: Pick<Store, 'getNamed' | 'size'>;
  surveys: Surveys;
}): Promise<readonly DoctorCheck[]> {
  const { say, site, secrets } = a;
  const { idServer, mail, homepage, survey, addresses } = site;
  const place = addresses.source === 'csv' ? addresses.file : say('doctor.where.idDatabase');
  const worker = say('doctor.where.worker');
  const git = withoutCredentials(homepage.repository);
  return await Promise.all([
    runCheck(say, 'ID server', idServer.url, say('doctor.idServer.remedy'), async () => {
      const [members, implied, pending] = await Promise.all([
        a.idServer.members(),
        a.idServer.implied(),
        a.idServer.pending(),
      ]);
      const found = say('doctor.idServer.owns', {
        user: idServer.username,
        group: idServer.group,
        members: members.length,
        pending: pending.length,
      });
      if (implied.length === 0) return { found };
      const via = groupsAbove(implied);
      return {
        state: 'warning',
        found: say('doctor.idServer.implied', { found, count: onlyImplied(members, implied).length, via }),
        remedy: say('doctor.idServer.impliedRemedy', { via, group: idServer.group }),
      };
    }),
    runCheck(say, 'addresses', place, say('doctor.addresses.remedy'), () =>
      checkAddresses(say, site, secrets.idDatabaseUrl),
    ),
    runCheck(say, 'mail', `${mail.host}:${mail.port}`, say('doctor.mail.remedy'), () =>
      checkMail(say, site, secrets.smtpPassword),
    ),
    runCheck(say, 'homepage', git, say('doctor.homepage.remedy'), async () => ({
      found:
        homepage.publish === 'pull-request'
          ? say('doctor.homepage.github', {
              ...(await githubRights(openGitHub(homepage, secrets.githubToken), homepage.branch)),
              branch: homepage.branch,
            })
          : say('doctor.homepage.push', { branch: homepage.branch, commit: await pushRights(site) }),
    })),
    runCheck(
      say,
      'survey',
      survey.source === 'google' ? 'Google' : withoutQuery(survey.csv ?? ''),
      say('doctor.survey.remedy'),
      () => checkSurvey(say, a.surveys(site)),
    ),
    runCheck(say, 'approvers', site.approvals.allowedSigners, say('doctor.signers.remedy'), () =>
      checkSigners(say, site),
    ),
    runCheck(say, 'store', worker, say('doctor.store.remedy'), async () => {
      await a.store.getNamed('health');
      if (secrets.databaseUrl === undefined) return { found: say('doctor.store.embedded') };
      return { found: say('doctor.store.postgres', { size: formatBytes(await a.store.size()) }) };
    }),
    runCheck(say, 'free space', worker, say('doctor.space.worker'), () =>
      checkStateDir(say, site.stateDir, secrets.databaseUrl),
    ),
  ]);
}

/** Plans, proofs and the embedded store need room; a full disk stops the semester. */
export async function checkStateDir(say: Say, stateDir: string, databaseUrl: string | undefined): Promise<Finding> {
  try {
    const { bavail, blocks, bsize } = await statfs(stateDir);
    const { state = 'ok', found } = judgeSpace(say, [{ dir: stateDir, free: bavail * bsize, size: blocks * bsize }]);
    return { state, found: databaseUrl === undefined ? found : say('doctor.space.database', { found }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { state: 'skipped', found: say('doctor.space.unmade', { dir: stateDir }) };
  }
}

async function checkAddresses(say: Say, site: Site, databaseUrl: string | undefined): Promise<Finding> {
  const needed = neededColumns(site);
  const file = site.addresses.source === 'csv';
  if (file) await createDirectory({ site: async () => site, databaseUrl }).lookup([]);
  if (Object.keys(needed).length === 0) return { found: say('doctor.addresses.file') };
  if (!databaseUrl) return { state: 'wrong', found: say('doctor.addresses.unset') };
  const database = await checkDatabase(say, databaseUrl, needed);
  return file ? { ...database, found: say('doctor.addresses.both', { found: database.found }) } : database;
}

async function checkSigners(say: Say, { approvals, approvers }: Site): Promise<Finding> {
  if (!approvals.signed) {
    const remedy = say('doctor.signers.unsignedRemedy');
    return { state: 'warning', found: say('doctor.signers.unsigned'), remedy };
  }
  return signersOf(
    say,
    await readFile(approvals.allowedSigners, 'utf8'),
    approvers.map(({ name }) => name),
  );
}

/** Greets the mail server, logs in, asks whether it takes a mail to an approver, and quits. Sends no mail. */
export async function checkMail(
  say: Say,
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
      remedy: waits ? say('doctor.mail.waits') : say('doctor.mail.refused'),
    };
  }
  const login =
    mail.username === undefined ? say('doctor.mail.noLogin') : say('doctor.mail.login', { user: mail.username });
  if (secure) return { found: say('doctor.mail.tls', { login }) };
  if (isLoopback(mail.host)) return { found: say('doctor.mail.local', { login }) };
  return {
    state: 'warning',
    found: say('doctor.mail.plain', { login }),
    remedy: say('doctor.mail.plainRemedy'),
  };
}

async function checkSurvey(say: Say, source: SurveySource): Promise<Finding> {
  if (source.forms) {
    const reached = await source.forms.reach();
    return {
      found: 'title' in reached ? say('doctor.survey.form', reached) : say('doctor.survey.account', reached),
    };
  }
  try {
    const { answers, unusable } = await source.responses('');
    const found = say('doctor.survey.answers', { answers: answers.length });
    if (unusable.length === 0) return { found };
    const rows = unusable.slice(0, 3).join('; ');
    return { state: 'warning', found: say('doctor.survey.unusable', { found, rows }) };
  } catch (error) {
    if (!isFailure(error, 'Unreachable')) throw error;
    return { state: 'warning', found: error.message, remedy: say('doctor.survey.unread') };
  }
}
