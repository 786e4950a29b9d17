import { many } from '../domain/many.ts';
import { noWorkerSentence } from '../client/pollers.ts';
import type { Finding } from './finding.ts';
import type { Look } from './look.ts';
import { LEFT_OUT, stuckSentence, type OpenRun } from './runs.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** From when on something is a finding. docs/monitoring.md and compose/prometheus/rules.yml repeat it. */
const LIMITS = {
  /** A question to people without an answer. */
  waitsMs: 3 * DAY_MS,
  /** Backups are daily. */
  backupMs: 36 * HOUR_MS,
  certificateMs: 21 * DAY_MS,
  /** So many refused mails in a day, when they are at least half of all. */
  refusedMails: 3,
} as const;

/** How long a host may be held, by the beginning of the purpose. A boot holds it for drain, reboot and checks. */
const HELD_MS: readonly (readonly [string, number])[] = [
  ['boot into', 4 * HOUR_MS],
  ['roll back', 4 * HOUR_MS],
  ['Docker grants', HOUR_MS],
  ['old images', HOUR_MS],
  ['update', 12 * HOUR_MS],
  ['image', 12 * HOUR_MS],
  ['full image', 12 * HOUR_MS],
];

/** How long a host may be held by what `host/<name>` waits for; null: it is not held. A purpose without a limit has a day. */
export function heldLimitMs({ workflowId }: Pick<OpenRun, 'workflowId'>, key: string): number | null {
  const [, held, purpose = ''] = /^(holder)(?::(.*))?$/s.exec(key) ?? [];
  if (held === undefined || !workflowId.startsWith('host/')) return null;
  return HELD_MS.find(([begin]) => purpose.startsWith(begin))?.[1] ?? DAY_MS;
}

/** What is wrong in a look; empty: nothing. */
export function judge(look: Look): readonly Finding[] {
  const now = Date.parse(look.at);
  const all = [
    ...ofTemporal(look),
    // First: a reset does not help a run that the worker left out.
    ...('value' in look.runs ? ofLeftOut(look.runs.value, look.leftOut) : []),
    ...('value' in look.runs ? ofRuns(look.runs.value, now) : []),
    ...ofWorker(look),
    ...ofActs(look),
    ...ofMail(look),
    ...ofBackup(look, now),
    ...ofCertificates(look, now),
  ];
  // A watch and the worker may both find the same.
  return all.filter(
    ({ check, about }, at) => all.findIndex((one) => one.check === check && one.about === about) === at,
  );
}

function ofTemporal({ workers, runs }: Look): Finding[] {
  const reason = 'reason' in workers ? workers.reason : 'reason' in runs ? runs.reason : null;
  if (reason !== null) {
    // The error of the connection says so itself.
    const found = reason.startsWith('Temporal does not answer') ? reason : `Temporal does not answer: ${reason}`;
    return [{ check: 'temporal', about: 'temporal', since: null, found, remedy: 'docs/at-3am.md, "Temporal is down"' }];
  }
  if (!('value' in workers) || workers.value.polling) return [];
  const found = noWorkerSentence(workers.value);
  const remedy = 'docs/at-3am.md, "No worker"';
  return [{ check: 'worker', about: 'polling', since: workers.value.lastSeen, found, remedy }];
}

function ofRuns(runs: readonly OpenRun[], now: number): Finding[] {
  const findings = runs.flatMap((run): Finding[] => {
    const { workflowId, failing, waiting } = run;
    const stuck: Finding[] =
      failing === null
        ? []
        : [
            {
              check: 'run',
              about: workflowId,
              since: failing.since,
              found: stuckSentence(workflowId, failing),
              remedy: `semester repair ${workflowId} (docs/at-3am.md, "A run is stuck")`,
            },
          ];
    return [...stuck, ...(waiting ?? []).flatMap((entry) => ofWaiting(workflowId, entry, now))];
  });
  const unread = runs.filter(({ waiting }) => waiting === null);
  if (unread.length > 0) {
    const found = `what ${many(unread.length, 'run waits', 'runs wait')} for cannot be decrypted: ${unread[0]?.workflowId}`;
    const remedy = 'give this process the key in SEMESTER_PAYLOAD_KEYS';
    findings.push({ check: 'key', about: 'payload keys', since: null, found, remedy });
  }
  // A parent repeats what its children wait for.
  const seen = new Set<string>();
  return findings.filter(({ check, about, since }) => {
    const name = check === 'gate' || check === 'step' ? `${about.split(' ').at(-1)} ${since}` : `${check} ${about}`;
    return !seen.has(name) && seen.add(name);
  });
}

/** A run that does not replay fails at its next event only; until then nothing else shows that it is stuck. */
function ofLeftOut(runs: readonly OpenRun[], leftOut: readonly string[]): Finding[] {
  return runs
    .filter(({ workflowId }) => leftOut.includes(workflowId))
    .map(({ workflowId }) => ({
      check: 'run',
      about: workflowId,
      since: null,
      found: `${workflowId} is stuck: ${LEFT_OUT}`,
      remedy: 'docs/upgrading.md, "A run does not replay"',
    }));
}

function ofWaiting(workflowId: string, { key, since }: { key: string; since: string }, now: number): Finding[] {
  const age = now - Date.parse(since);
  const [, kind, what] = /^(gate|attention):(.*)$/.exec(key) ?? [];
  const remedy = `semester status ${workflowId}`;
  if (kind === 'gate' && age > LIMITS.waitsMs) {
    const found = `gate ${what} of ${workflowId} waits for approvers since ${since}`;
    return [{ check: 'gate', about: `${workflowId} ${key}`, since, found, remedy }];
  }
  if (kind === 'attention' && age > LIMITS.waitsMs) {
    const found = `step ${what} of ${workflowId} is parked since ${since}`;
    return [{ check: 'step', about: `${workflowId} ${key}`, since, found, remedy }];
  }
  const limit = heldLimitMs({ workflowId }, key);
  if (limit !== null && age > limit) {
    const found = `${workflowId} is held since ${since}${key.includes(':') ? ` (${key.slice(key.indexOf(':') + 1)})` : ''}, longer than the ${limit / HOUR_MS} hours that this may take`;
    return [{ check: 'lock', about: workflowId, since, found, remedy }];
  }
  return [];
}

function ofWorker({ worker }: Look): Finding[] {
  if (worker === null) return [];
  if ('reason' in worker) {
    const remedy = 'docs/at-3am.md, "No worker"';
    return [{ check: 'worker', about: 'health', since: null, found: worker.reason, remedy }];
  }
  // The worker reports failing runs as findings.
  const failed = Object.entries(worker.value.checks).filter(([name, { ok }]) => !ok && name !== 'runs');
  return failed.map(([name, { detail }]) => ({
    check: name === 'store' ? 'store' : 'worker',
    about: name,
    since: null,
    found: `the worker reports: ${name}: ${detail}`,
    remedy: 'docs/at-3am.md, "No worker"',
  }));
}

function ofActs({ acts, worker }: Look): Finding[] {
  if (acts && 'reason' in acts) {
    const found = `nothing is done: ${acts.reason}`;
    return [{ check: 'acts', about: 'acts', since: null, found, remedy: 'docs/at-3am.md, "No worker"' }];
  }
  return worker && 'value' in worker ? worker.value.findings.filter(({ check }) => check === 'acts') : [];
}

function ofMail({ mails, mailServer, worker }: Look): Finding[] {
  const findings: Finding[] = [];
  if (mailServer && 'reason' in mailServer) {
    const remedy = 'check `mail` in site.yaml and SEMESTER_SMTP_PASSWORD: semester doctor';
    const found = `the mail server refuses this service or does not answer: ${mailServer.reason}`;
    findings.push({ check: 'mail', about: 'server', since: null, found, remedy });
  }
  if (mails && 'reason' in mails) {
    const found = `the store does not answer: ${mails.reason}`;
    findings.push({ check: 'store', about: 'store', since: null, found, remedy: 'check SEMESTER_DATABASE_URL' });
  }
  if (mails && 'value' in mails) {
    const count = (state: string, approver?: boolean) =>
      mails.value
        .filter((one) => one.state === state && (approver === undefined || one.approver === approver))
        .reduce((sum, one) => sum + one.count, 0);
    const [sent, refused, ofApprovers] = [count('sent'), count('refused'), count('refused', true)];
    if (ofApprovers > 0 || (refused >= LIMITS.refusedMails && refused >= sent)) {
      const found = `the mail server refused ${many(refused, 'mail')} of the last day, ${ofApprovers} of them to approvers; ${sent} were sent`;
      const remedy = 'see the answers: semester mails NAME';
      findings.push({ check: 'mail', about: 'refused', since: null, found, remedy });
    }
  }
  // The worker's own look covers what this process does not ask.
  if (worker && 'value' in worker) findings.push(...worker.value.findings.filter(({ check }) => check === 'mail'));
  return findings;
}

function ofBackup({ backup }: Look, now: number): Finding[] {
  if (backup === null) return [];
  const remedy = 'docs/at-3am.md, "The backup is too old"';
  if ('reason' in backup)
    return [
      { check: 'backup', about: 'backup', since: null, found: `no backup can be found: ${backup.reason}`, remedy },
    ];
  const { at, folder } = backup.value;
  if (at !== null && now - Date.parse(at) <= LIMITS.backupMs) return [];
  const found = at === null ? `${folder} holds no backup` : `the newest backup in ${folder} is of ${at}`;
  return [{ check: 'backup', about: 'backup', since: at, found, remedy }];
}

function ofCertificates({ certificates }: Look, now: number): Finding[] {
  return certificates.flatMap(({ file, end }): Finding[] => {
    const remedy = 'docs/running.md, "Mutual TLS"';
    if ('reason' in end)
      return [{ check: 'certificate', about: file, since: null, found: `no certificate: ${end.reason}`, remedy }];
    const left = Date.parse(end.value.ends) - now;
    if (left > LIMITS.certificateMs) return [];
    const found = `the certificate ${file} ${left > 0 ? 'ends' : 'ended'} at ${end.value.ends}`;
    return [{ check: 'certificate', about: file, since: null, found, remedy }];
  });
}
