import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import type { Made } from '../../activities/contract.ts';
import type { FailureType } from '../../activities/failures.ts';
import type { ProofFacts, ProofKind, ProofOf } from '../../domain/proof.ts';
import { PLAN_GATES, type PlanGate } from '../../domain/gates/index.ts';
import type { PlanRef } from '../../domain/plan.ts';

/*
 * What each activity answers, and how it fails, as data: the real ones and those of the fleet in memory are held to the same.
 * Shapes only: keys and types, the kind of a proof, the type of a failure and whether it is tried again.
 */

const text = z.string();
const some = z.string().min(1);
const count = z.int().min(0);
const instant = z.iso.datetime();

const mails = { sent: count, already: count, unknown: count, refused: count, noAddress: count };
const runOfMails = z.strictObject({ ...mails, bounced: count });
const wiped = z.strictObject({ host: some, approved: count, deleted: count, appeared: count });
const post = z.strictObject({ path: some, commit: text, bytes: count, pullRequest: some.optional() });

/** The facts of each kind of proof that an activity returns. */
const FACTS = {
  grant: z.strictObject({
    gate: some,
    round: z.int(),
    signed: z.boolean(),
    until: instant,
    signedWith: z.strictObject({ key: some, allowedSigners: some }).nullable().optional(),
  }),
  started: z.strictObject({
    by: some,
    signed: z.boolean(),
    signedWith: z.strictObject({ key: some, allowedSigners: some }).nullable().optional(),
  }),
  'host-key': z.strictObject({ host: some, fingerprint: some, file: some }),
  layout: z.strictObject({ host: some, hints: count }),
  notices: runOfMails,
  'deadline-mails': runOfMails,
  'notice-resent': runOfMails,
  'restored-mails': runOfMails,
  'update-mails': runOfMails,
  bounce: z.strictObject({ user: some, mails: count }),
  lockout: z.strictObject({ group: some, removed: count, already: count, staying: count, newcomers: count }),
  absence: z.strictObject({ host: some, processes: count, bootId: text, closedSince: instant.optional() }),
  'logins-closed': z.strictObject({ host: some, since: instant }),
  'logins-open': z.strictObject({ hosts: count, opened: count }),
  excluded: z.strictObject({ host: some, exported: count }),
  included: z.strictObject({ host: some, closed: z.boolean() }),
  wiped: z.strictObject({ host: some }),
  'deferred-ended': z.strictObject({ hosts: count }),
  'wipe-ended': z.strictObject({ host: some, stopped: count, left: count.nullable() }),
  backup: z.strictObject({
    name: some,
    path: some,
    uuid: some,
    readOnly: z.literal(true),
    generation: count,
    nested: count,
  }),
  replica: z.strictObject({
    host: some,
    name: some,
    path: some,
    uuid: some,
    readOnly: z.literal(true),
    nested: count,
    parent: some.nullable(),
  }),
  pruned: z.strictObject({ host: some, deleted: count, staying: count }),
  restored: z.strictObject({ host: some, snapshot: some, homes: count }),
  'homes-wiped': wiped,
  'docker-wiped': wiped.extend({ until: instant.nullable() }),
  'docker-restored': z.strictObject({ hosts: count, directories: count }),
  'leader-updated': z.strictObject({ host: some, changes: count }),
  image: z.strictObject({
    name: some,
    path: some,
    snapshotUuid: some,
    parent: some.nullable(),
    bytes: count,
    sha256: some,
    changes: count,
  }),
  'images-pruned': z.strictObject({ deleted: count, kept: count }),
  'image-found': z.strictObject({ host: some, image: some.nullable() }),
  'image-received': z.strictObject({ host: some, image: some }),
  'root-prepared': z.strictObject({ host: some, image: some }),
  'root-swapped': z.strictObject({ host: some, bootId: some, due: z.boolean() }),
  'host-update': z.strictObject({
    host: some,
    image: some,
    bootIdBefore: some,
    bootIdAfter: some,
    defaultSubvolume: some,
  }),
  'rolled-back': z.strictObject({ host: some, from: some, bootId: some }),
  tidied: z.strictObject({ host: some, stopped: count, window: some }),
  'gpus-idle': z.strictObject({ host: some }),
  form: z.strictObject({ url: text, status: z.int() }),
  'form-made': z.strictObject({ id: some, url: some, open: z.boolean() }),
  'form-closed': z.strictObject({ open: z.boolean().nullable() }),
  post,
  merged: post,
  page: z.strictObject({ url: some }),
  baseline: z.strictObject({ pending: count }),
  approved: z.strictObject({ approved: count }),
  judged: z.strictObject({ decided: count }),
  accepted: z.strictObject({ accepted: count, already: count, gone: count }),
  rejected: z.strictObject({ rejected: count, gone: count }),
  'applicants-mailed': z.strictObject({ ...mails, gone: count }),
  'docker-ranges': z.strictObject({ accounts: count, differing: count, down: count }),
  'docker-granted': z.strictObject({ host: some, granted: count, already: count, unknown: count, taken: count }),
} as const satisfies { [K in ProofKind]?: z.ZodType<ProofFacts[K]> };

type Proven = keyof typeof FACTS;

const fieldsOf = <W extends Proven>(what: W) => ({
  what: z.literal(what),
  at: instant,
  summary: text,
  facts: FACTS[what],
  how: z.enum(['service', 'found', 'by-hand']),
});

const proof = <W extends Proven>(what: W) => z.strictObject(fieldsOf(what)) as unknown as z.ZodType<ProofOf<W>>;

const planOf = (gate: PlanGate): z.ZodType<PlanRef> =>
  z.strictObject({
    gate: z.literal(gate),
    digest: z.templateLiteral(['sha256:', z.string().length(64)]),
    headline: some,
    counts: z.record(some, z.number()),
    rows: z.array(text).max(10),
    total: count,
    kept: z.array(text),
    warnings: z.array(text),
    waivable: z.array(text),
    confirm: text,
    empty: z.boolean(),
  });

const nothing = z.undefined();
const lines = z.array(text);

interface Contract {
  readonly answers: z.ZodType;
  /** Beside those that any activity may fail with: see `ANY`. */
  readonly fails?: readonly FailureType[];
  /** Test that runs the real one through `holdsContract`; or why only its type holds it. */
  readonly held: `test/${string}.test.ts` | { readonly typeOnly: string };
}

const HOSTS = 'test/activities/hosts';
const UNASKED = 'the world has none, since no workflow asks for it';

const siteView = z.strictObject({
  digest: some,
  name: some,
  approvers: z.array(some),
  remindEveryMs: count,
  signed: z.boolean(),
  webhook: z.boolean(),
  zone: some.optional(),
  language: z.enum(['ko', 'en']).optional(),
  quorum: z.record(z.enum(PLAN_GATES.map((spec) => spec.name)), count),
  storage: some,
  replica: some.nullable(),
  leader: some,
  excluded: z.array(some),
  leaderBy: z.enum(['command', 'by-hand']),
  rollout: z.strictObject({
    canary: z.union([some, z.literal(false)]).optional(),
    waves: z.array(z.union([count, some])),
    failureBudget: count,
    parallel: count,
  }),
  between: z.strictObject({ waitForJobsMs: count }),
  hosts: z.array(some),
});
const calendar = z.strictObject({
  notices: z.array(instant),
  noticeGateOpens: instant,
  deadline: instant,
  minimumNoticeMs: count,
  periodFrom: instant,
  periodUntil: instant,
  applicationsUntil: instant,
  applicationsEveryMs: count,
  graceMs: count,
  nudgesMs: z.array(count),
  wipeFrom: z.iso.date(),
  nextSemesterFrom: instant,
});
const action = z.strictObject({ kind: some, user: some, uid: count.nullable(), edition: count.optional() });
const gpuUse = z.strictObject({
  host: some,
  gpu: some,
  pid: count,
  user: text,
  memoryMiB: count.nullable(),
  command: text,
  utilisation: count.nullable(),
  since: instant.nullable(),
  screen: z.boolean(),
});

export const CONTRACTS: { readonly [K in keyof Made]: Contract } = {
  // The site.
  readSite: { answers: siteView, held: 'test/semester/semester.lab.test.ts' },
  readCalendar: { answers: calendar, held: 'test/activities/site/site.test.ts' },
  diffPlans: { answers: z.strictObject({ lines, total: count }), held: 'test/activities/site/site.test.ts' },
  readPlanPage: {
    answers: z.strictObject({ digest: some, pages: count, binding: text, observed: text.optional() }),
    held: 'test/activities/site/site.test.ts',
  },

  // R1: mails and the group.
  planNotices: { answers: planOf('notice'), held: `test/activities/mail/notices.test.ts` },
  sendNotices: { answers: proof('notices'), fails: ['PlanVoid'], held: 'test/activities/mail/notices.test.ts' },
  sendDeadlineMails: {
    answers: proof('deadline-mails'),
    fails: ['PlanVoid'],
    held: 'test/activities/mail/notices.test.ts',
  },
  listMails: {
    answers: z.strictObject({
      pages: count,
      lines: z.array(
        z.strictObject({
          person: some,
          kind: some,
          edition: count,
          state: some,
          answer: text.nullable(),
          at: instant.nullable(),
        }),
      ),
    }),
    held: 'test/activities/mail/corrections.test.ts',
  },
  recordBounce: { answers: proof('bounce'), fails: ['ProofMissing'], held: 'test/activities/mail/corrections.test.ts' },
  resendNotice: {
    answers: proof('notice-resent'),
    fails: ['ProofMissing', 'PlanVoid'],
    held: 'test/activities/mail/corrections.test.ts',
  },
  notifyApprovers: { answers: nothing, held: 'test/activities/mail/notices.test.ts' },
  previewMail: {
    answers: z.strictObject({
      mail: some,
      language: z.enum(['ko', 'en']),
      to: some.nullable(),
      known: z.boolean(),
      examples: z.array(some),
      subject: some,
      text: some,
      html: some,
    }),
    held: 'test/activities/mail/preview.test.ts',
  },
  announceUpdate: { answers: proof('update-mails'), held: 'test/activities/mail/update-mail.test.ts' },
  mailRestoredDocker: {
    answers: proof('restored-mails'),
    fails: ['PlanVoid'],
    held: 'test/activities/mail/restored.test.ts',
  },
  mailRestored: {
    answers: proof('restored-mails'),
    fails: ['PlanVoid'],
    held: 'test/activities/mail/restored.test.ts',
  },
  planRemoval: { answers: planOf('removal'), held: 'test/activities/id-server/removal.lab.test.ts' },
  removeMembers: {
    answers: proof('lockout'),
    fails: ['PlanVoid', 'ProofMissing', 'VerificationFailed'],
    held: 'test/activities/id-server/removal.lab.test.ts',
  },
  proveLockout: {
    answers: proof('lockout'),
    fails: ['ProofMissing'],
    held: 'test/activities/id-server/removal.lab.test.ts',
  },

  // Approvals.
  verifyApproval: {
    answers: z.union([
      z.strictObject({ signed: z.strictObject({ key: some, allowedSigners: some }) }),
      z.strictObject({ refused: some }),
    ]),
    held: 'test/activities/approvals/verify.test.ts',
  },
  checkSigner: {
    answers: z.strictObject({ refused: z.nullable(some) }),
    held: 'test/activities/approvals/verify.test.ts',
  },
  passGate: {
    answers: proof('grant'),
    fails: ['NoGrant', 'PlanVoid'],
    held: 'test/activities/approvals/grant.test.ts',
  },
  passHandGate: { answers: proof('grant'), fails: ['NoGrant'], held: 'test/activities/approvals/grant.test.ts' },
  passStart: { answers: proof('started'), held: 'test/activities/approvals/grant.test.ts' },
  notifyWebhook: { answers: nothing, held: 'test/activities/approvals/webhook.test.ts' },
  remindApprovers: {
    answers: nothing,
    fails: ['NothingNew'],
    held: 'test/activities/approvals/remind.test.ts',
  },
  exportHistory: {
    answers: z.strictObject({ file: some, digest: some, executions: count, events: count, left: z.array(some) }),
    held: 'test/semester/semester.lab.test.ts',
  },

  // R3: who can be on a host.
  drainHost: {
    answers: proof('absence'),
    fails: ['ProofMissing', 'VerificationFailed'],
    held: `${HOSTS}/hosts.lab.test.ts`,
  },
  proveAbsence: { answers: proof('absence'), fails: ['ProofMissing'], held: `${HOSTS}/hosts.lab.test.ts` },
  lookAccounts: {
    answers: z.strictObject({
      unknown: z.array(some),
      asked: count,
      silent: z.array(z.strictObject({ host: some, why: some })),
    }),
    held: `${HOSTS}/access/accounts.test.ts`,
  },
  openLogins: {
    answers: proof('logins-open'),
    fails: ['VerificationFailed'],
    held: `${HOSTS}/access/lock.lab.test.ts`,
  },
  planExclude: { answers: planOf('exclude'), held: `${HOSTS}/access/exclude.lab.test.ts` },
  excludeHost: {
    answers: proof('excluded'),
    fails: ['PlanVoid', 'VerificationFailed'],
    held: `${HOSTS}/access/exclude.lab.test.ts`,
  },
  includeHost: {
    answers: proof('included'),
    fails: ['VerificationFailed'],
    held: `${HOSTS}/access/exclude.lab.test.ts`,
  },

  // R4: backups.
  takeBackup: {
    answers: proof('backup'),
    fails: ['PlanVoid', 'VerificationFailed'],
    held: `${HOSTS}/backup/backup.lab.test.ts`,
  },
  replicateBackup: {
    answers: proof('replica'),
    fails: ['ProofMissing', 'VerificationFailed'],
    held: `${HOSTS}/replica/replica.lab.test.ts`,
  },
  planPrune: { answers: planOf('prune'), held: `${HOSTS}/backup/backup.lab.test.ts` },
  prune: {
    answers: proof('pruned'),
    fails: ['PlanVoid', 'VerificationFailed'],
    held: `${HOSTS}/backup/backup.lab.test.ts`,
  },
  showBackups: {
    answers: z.strictObject({
      storage: some,
      replica: some.nullable(),
      silent: some.nullable(),
      rows: z.array(
        z.strictObject({
          name: some,
          days: z.number().nullable(),
          bytes: z.strictObject({ total: count, own: count }).nullable(),
          readOnly: z.boolean(),
          nested: count,
          replica: z.enum(['whole', 'partly', 'missing', 'unknown']).nullable(),
          mayGoAfter: z.iso.date().nullable(),
          stays: some.nullable(),
        }),
      ),
    }),
    held: 'test/backups.lab.test.ts',
  },
  planRestore: {
    answers: planOf('restore'),
    fails: ['VerificationFailed'],
    held: `${HOSTS}/restore/restore.lab.test.ts`,
  },
  restoreHomes: {
    answers: proof('restored'),
    fails: ['PlanVoid', 'VerificationFailed'],
    held: `${HOSTS}/restore/restore.lab.test.ts`,
  },
  planRestoreDocker: {
    answers: planOf('restore-docker'),
    fails: ['VerificationFailed'],
    held: `${HOSTS}/restore/restore.lab.test.ts`,
  },
  restoreDocker: {
    answers: proof('docker-restored'),
    fails: ['VerificationFailed'],
    held: `${HOSTS}/restore/restore.lab.test.ts`,
  },

  // R5: the wipe.
  measureUsage: { answers: z.strictObject({ digest: some }), held: `${HOSTS}/hosts.lab.test.ts` },
  planWipe: { answers: planOf('wipe'), held: `${HOSTS}/hosts.lab.test.ts` },
  wipeHomes: {
    answers: proof('homes-wiped'),
    fails: ['VerificationFailed', 'PlanVoid', 'ProofMissing'],
    held: `${HOSTS}/hosts.lab.test.ts`,
  },
  wipeDocker: {
    answers: proof('docker-wiped'),
    fails: ['VerificationFailed', 'PlanVoid', 'ProofMissing'],
    held: `${HOSTS}/hosts.lab.test.ts`,
  },

  // R2, R8: images and roots.
  updateLeader: {
    answers: proof('leader-updated'),
    fails: ['VerificationFailed'],
    held: `${HOSTS}/leader/leader.lab.test.ts`,
  },
  leaderInstructions: { answers: some, held: 'test/semester/fleet-update.lab.test.ts' },
  checkLayout: { answers: proof('layout'), fails: ['VerificationFailed'], held: `${HOSTS}/root/layout.lab.test.ts` },
  reinstallInstructions: { answers: some, held: { typeOnly: 'a string; its text has a unit test' } },
  buildImage: { answers: proof('image'), fails: ['VerificationFailed'], held: `${HOSTS}/image/image.lab.test.ts` },
  buildFullImage: {
    answers: proof('image'),
    fails: ['VerificationFailed'],
    held: `${HOSTS}/rollout/follower.lab.test.ts`,
  },
  pruneImages: { answers: proof('images-pruned'), held: `${HOSTS}/rollout/rollout.lab.test.ts` },
  findNewer: {
    answers: proof('image-found').nullable(),
    fails: ['VerificationFailed'],
    held: { typeOnly: 'only a deferred image calls it; its real part, deferredImage, has a unit test of its own' },
  },
  lookImages: {
    answers: z.array(
      z.strictObject({ host: some, image: some.nullable(), failed: z.array(some), silent: some.nullable() }),
    ),
    held: `${HOSTS}/rollout/guard.lab.test.ts`,
  },
  planRollout: { answers: planOf('rollout'), held: `${HOSTS}/rollout/rollout.lab.test.ts` },
  receiveImage: {
    answers: proof('image-received'),
    fails: ['ParentMissing', 'VerificationFailed'],
    held: `${HOSTS}/rollout/follower.lab.test.ts`,
  },
  prepareRoot: {
    answers: proof('root-prepared'),
    fails: ['VerificationFailed'],
    held: `${HOSTS}/rollout/follower.lab.test.ts`,
  },
  switchRoot: {
    answers: proof('root-swapped'),
    fails: ['VerificationFailed'],
    held: `${HOSTS}/rollout/follower.lab.test.ts`,
  },
  rebootHost: {
    answers: proof('host-update'),
    fails: ['RolledBack', 'VerificationFailed'],
    held: `${HOSTS}/rollout/guard.lab.test.ts`,
  },
  planRollBack: {
    answers: planOf('rollback'),
    fails: ['VerificationFailed'],
    held: 'test/semester/rollback.lab.test.ts',
  },
  hostsToRollBack: { answers: z.array(some), held: 'test/semester/rollback.lab.test.ts' },
  rollBack: {
    answers: proof('rolled-back'),
    fails: ['VerificationFailed'],
    held: 'test/semester/rollback.lab.test.ts',
  },
  endWipe: { answers: proof('wipe-ended'), held: `${HOSTS}/hosts.lab.test.ts` },
  tidyHost: { answers: proof('tidied'), held: `${HOSTS}/rollout/follower.lab.test.ts` },
  findWindow: {
    answers: z.strictObject({ opens: instant, closes: instant.nullable() }),
    held: { typeOnly: 'windowAt, which the world calls too' },
  },
  describeDisturbance: { answers: lines, held: `${HOSTS}/maintenance/maintenance.test.ts` },
  warnOfReboot: { answers: nothing, held: `${HOSTS}/maintenance/maintenance.test.ts` },
  awaitIdleGpus: {
    answers: proof('gpus-idle'),
    fails: ['NothingNew'],
    held: { typeOnly: 'a poll of gpuUsers, which is held' },
  },

  // R6: form and homepage.
  formInstructions: { answers: some, held: 'test/activities/homepage/homepage.test.ts' },
  checkForm: {
    answers: proof('form'),
    fails: ['VerificationFailed'],
    held: 'test/activities/homepage/homepage.test.ts',
  },
  makeForm: {
    answers: proof('form-made').nullable(),
    fails: ['ProofMissing'],
    held: 'test/activities/homepage/forms.test.ts',
  },
  publishForm: {
    answers: proof('form'),
    fails: ['PlanVoid', 'VerificationFailed', 'ProofMissing'],
    held: 'test/activities/homepage/forms.test.ts',
  },
  closeForm: {
    answers: proof('form-closed'),
    fails: ['VerificationFailed', 'ProofMissing'],
    held: 'test/activities/homepage/forms.test.ts',
  },
  planPublish: { answers: planOf('publish'), held: 'test/activities/homepage/homepage.test.ts' },
  planUpdate: { answers: planOf('publish'), fails: ['ProofMissing'], held: 'test/activities/homepage/update.test.ts' },
  publishPost: {
    answers: proof('post'),
    fails: ['PlanVoid', 'VerificationFailed'],
    held: 'test/activities/homepage/homepage.test.ts',
  },
  awaitMerge: {
    answers: z.union([proof('post'), proof('merged')]),
    fails: ['NothingNew', 'VerificationFailed'],
    held: 'test/activities/homepage/pull-request.test.ts',
  },
  awaitPage: {
    answers: proof('page'),
    fails: ['VerificationFailed', 'PlanVoid'],
    held: 'test/semester/semester.lab.test.ts',
  },

  // R7: applications and Docker.
  recordBaseline: { answers: proof('baseline'), held: 'test/activities/applications/applications.lab.test.ts' },
  pollApplications: {
    answers: z.strictObject({ actions: z.array(action), review: z.boolean() }),
    fails: ['NothingNew'],
    held: 'test/activities/applications/decisions.lab.test.ts',
  },
  planApplications: { answers: planOf('applications'), held: 'test/activities/applications/decisions.lab.test.ts' },
  approveListed: {
    answers: proof('approved'),
    fails: ['PlanVoid'],
    held: 'test/activities/applications/decisions.lab.test.ts',
  },
  judgeApplicants: {
    answers: z.strictObject({
      ...fieldsOf('judged'),
      signed: z.strictObject({ key: some, allowedSigners: some }).nullable(),
    }),
    held: 'test/activities/applications/decisions.lab.test.ts',
  },
  proposeNextSemester: {
    answers: z.strictObject({ started: some }),
    fails: ['NothingNew'],
    held: { typeOnly: 'its parts have unit tests; the whole needs a Temporal server that can list' },
  },
  listApplicants: {
    answers: z.strictObject({
      pages: count,
      lines: z.array(
        z.strictObject({ user: some, state: some, since: instant.nullable(), nudges: count, notes: lines }),
      ),
      unusable: lines,
    }),
    held: 'test/activities/applications/applications.lab.test.ts',
  },
  acceptApplicants: {
    answers: proof('accepted'),
    fails: ['VerificationFailed'],
    held: 'test/activities/applications/applications.lab.test.ts',
  },
  rejectApplicants: {
    answers: proof('rejected'),
    fails: ['VerificationFailed'],
    held: 'test/activities/applications/decisions.lab.test.ts',
  },
  mailApplicants: {
    answers: proof('applicants-mailed'),
    held: 'test/activities/applications/applications.lab.test.ts',
  },
  recordGrants: { answers: nothing, held: 'test/activities/applications/applications.lab.test.ts' },
  agreeDockerRanges: { answers: proof('docker-ranges'), held: `${HOSTS}/docker/docker.lab.test.ts` },
  grantDocker: {
    answers: z.strictObject({ ...fieldsOf('docker-granted'), unknown: z.array(some) }),
    fails: ['VerificationFailed'],
    held: `${HOSTS}/docker/docker.lab.test.ts`,
  },

  // R9: GPUs.
  gpuUsers: { answers: z.array(gpuUse), held: `${HOSTS}/gpu/gpus.lab.test.ts` },
  lookAtGpus: {
    answers: z.strictObject({
      host: some,
      at: instant,
      gpus: z.array(
        z.strictObject({ index: some, name: some, memoryMiB: count, usedMiB: count, utilisation: count.nullable() }),
      ),
      uses: z.array(gpuUse),
    }),
    held: `${HOSTS}/gpu/gpus.lab.test.ts`,
  },
  gpuHolders: {
    answers: z.strictObject({
      every: some.nullable(),
      hosts: z.array(z.strictObject({ host: some, sampled: z.unknown() })),
    }),
    held: `${HOSTS}/gpu/gpus.lab.test.ts`,
  },

  // Locks: the world uses the real ones.
  requestGrant: { answers: nothing, held: 'test/workflows/exclude.workflow.test.ts' },
  deferTask: { answers: nothing, held: 'test/workflows/exclude.workflow.test.ts' },
  endDeferred: { answers: proof('deferred-ended'), held: 'test/workflows/exclude.workflow.test.ts' },
  demandWiped: { answers: proof('wiped'), fails: ['ProofMissing'], held: 'test/workflows/exclude.workflow.test.ts' },
  awaitEnd: { answers: nothing, fails: ['NothingNew'], held: 'test/workflows/exclude.workflow.test.ts' },

  // Before any start: no workflow asks for these, so the world refuses them.
  doctor: { answers: z.unknown(), held: { typeOnly: UNASKED } },
  offeredHostKeys: { answers: z.unknown(), held: { typeOnly: UNASKED } },
  pinHostKey: { answers: proof('host-key'), fails: ['VerificationFailed'], held: { typeOnly: UNASKED } },
  rehearseGate: { answers: z.unknown(), held: { typeOnly: UNASKED } },
};

/** With what any activity may fail: configuration, a host or service, and a fault that is only known by its words. */
const ANY: readonly FailureType[] = ['ConfigInvalid', 'WrongSite', 'Unreachable', 'CommandFailed'];
/** Which failures are never tried again, and which always are; the others depend on what was seen. */
const FINAL: readonly FailureType[] = ['ConfigInvalid', 'WrongSite', 'ParentMissing', 'RolledBack', 'PlanVoid'];
const AGAIN: readonly FailureType[] = ['Unreachable', 'NothingNew'];

/** What an answer breaks of an activity's contract; null where it keeps it. */
export function breachOf(name: keyof Made, answer: unknown): string | null {
  const { success, error } = CONTRACTS[name].answers.safeParse(answer);
  return success ? null : `${name} answers ${JSON.stringify(answer)}: ${z.prettifyError(error)}`;
}

/** The same of a failure. Errors without a type, such as those of a test that kills something, are not part of a contract. */
export function breachOfFailure(name: keyof Made, error: unknown): string | null {
  if (!(error instanceof ApplicationFailure) || !error.type) return null;
  const type = error.type as FailureType;
  if (![...ANY, ...(CONTRACTS[name].fails ?? [])].includes(type)) return `${name} may not fail with ${type}`;
  const wrong = error.nonRetryable ? AGAIN : FINAL;
  return wrong.includes(type) ? `${name} fails with ${type}, which is ${error.nonRetryable ? '' : 'not '}final` : null;
}

/** The activities, each answer and failure of which is held to its contract: a breach fails the call. */
export function holdsContract<A extends Partial<Made>>(acts: A): A {
  const hold = (name: keyof Made, act: (a: never) => Promise<unknown>) => async (a: never) => {
    let breach: string | null;
    try {
      const answer = await act(a);
      breach = breachOf(name, answer);
      if (breach === null) return answer;
    } catch (error) {
      breach = breachOfFailure(name, error);
      if (breach === null) throw error;
    }
    throw ApplicationFailure.nonRetryable(breach, 'ContractBreach');
  };
  const names = Object.keys(CONTRACTS) as (keyof Made)[];
  const held = names.flatMap((name) => {
    const act = acts[name] as ((a: never) => Promise<unknown>) | undefined;
    return act ? [[name, hold(name, act.bind(acts))] as const] : [];
  });
  return { ...acts, ...Object.fromEntries(held) };
}
