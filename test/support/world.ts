import { Context } from '@temporalio/activity';
import type { Made } from '../../activities/contract.ts';
import { withSite } from '../../activities/with-site.ts';
import { refuse, tryAgain } from '../../activities/failures.ts';
import { calendarOf } from '../../domain/calendar.ts';
import { digestOf } from '../../domain/digest.ts';
import { forEachPlanGate, type PlanGate } from '../../domain/gates/index.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { StepRef } from '../../domain/step.ts';
import type { SiteView } from '../../domain/site.ts';
import { createLockActivities } from '../../activities/locks/activities.ts';
import type { Client } from '@temporalio/client';
import { approvalActs } from './approvals.ts';
import { holdsContract } from './contract.ts';
import { beforeAnything } from './unasked.ts';
import { mailed, type Prove } from './prove.ts';
import type { World } from './world-state.ts';
import { applicationsIn } from './world-applications.ts';
import { backupsIn } from './world-backups.ts';
import { maintenanceIn, newPeople } from './world-between.ts';
import { postIn } from './world-post.ts';
import { newImages, updateIn } from './world-update.ts';
import { closedIn, grantsIn, loginsIn } from './world-logins.ts';

/** Waits as a real activity waits for a remote job: it heartbeats, and ends when it is cancelled. */
async function untilReleased(held: Promise<void> | undefined): Promise<void> {
  if (!held) return;
  const context = Context.current();
  const beats = setInterval(() => context.heartbeat(), 100);
  await Promise.race([held, context.cancelled]).finally(() => clearInterval(beats));
}

export const HOSTS = ['asahi', 'bernini', 'cojito'];

export function createWorld(a: {
  now: () => Promise<number>;
  client: () => Client;
  taskQueue: string;
  /** The GPU hosts, the leader first; default three. */
  hosts?: readonly string[];
}): World {
  const at = async () => new Date(await a.now()).toISOString();
  const world: Omit<World, 'acts'> = {
    log: [],
    members: new Set(['erin', 'frank', 'grace', 'prof']),
    pending: new Set(),
    homes: new Set(['erin', 'frank', 'grace', 'prof', 'bacchus']),
    sessions: new Map([['asahi', new Set(['erin'])]]),
    closed: new Map(),
    excluded: new Set(),
    mails: [],
    makesForm: null,
    template: 'v1',
    pullRequest: null,
    merged: false,
    handed: [],
    replica: null,
    approvers: ['alice', 'bob', 'carol'],
    signed: false,
    sign: async (statement) => JSON.stringify(statement),
    webhook: false,
    remindEveryMs: 24 * 36e5,
    reviewEveryMs: 24 * 36e5,
    quorum: {},
    broken: new Map(),
    unknownOn: new Map(),
    held: new Map(),
    jobs: [],
    due: [],
    hosts: a.hosts ?? HOSTS,
    ...newImages(),
    page: 50,
    review: new Set(),
    nextStarted: null,
    ...newPeople(),
  };
  const note = async (what: string) => world.log.push({ at: await at(), what });
  const check = (name: string) => {
    const why = world.broken.get(name);
    if (why === 'down') throw tryAgain('Unreachable', 'no route to host');
    if (why) throw refuse(why.startsWith('the approved plan') ? 'PlanVoid' : 'CommandFailed', why);
  };
  const prove: Prove = async (what, summary, facts, byHand = false) => ({
    what,
    at: await at(),
    summary,
    facts,
    how: byHand ? 'by-hand' : 'service',
  });
  const plan = (gate: PlanGate, binding: object, rows: string[], warnings: string[] = []): PlanRef => ({
    gate,
    digest: digestOf({
      gate,
      binding,
    }),
    headline: `${gate} ${rows.length}`,
    counts: { rows: rows.length },
    rows: rows.slice(0, 10),
    total: rows.length,
    kept: ['prof — professor'],
    warnings,
    waivable: [],
    confirm: `${gate} ${rows.length}`,
    empty: rows.length === 0,
  });
  const notExempt = (names: Iterable<string>, keep: readonly { user: string }[]) =>
    [...names].filter((n) => n !== 'prof' && n !== 'bacchus' && !keep.some((k) => k.user === n)).sort();
  const view = (): SiteView => ({
    digest: digestOf(world.approvers),
    name: 'lab',
    zone: 'UTC',
    language: 'en',
    approvers: world.approvers,
    remindEveryMs: world.remindEveryMs,
    signed: world.signed,
    webhook: world.webhook,
    quorum: {
      ...forEachPlanGate(({ quorum }) => quorum),
      ...world.quorum,
    },
    storage: 'oloroso',
    replica: world.replica,
    leader: world.hosts[0] ?? 'asahi',
    excluded: [...world.excluded],
    leaderBy: world.leaderBy,
    rollout: world.rollout,
    between: { waitForJobsMs: world.waitForJobsMs },
    hosts: world.hosts.filter((host) => !world.excluded.has(host)),
  });
  const mail = async (kind: string, people: string[], about = '') => {
    for (const to of people) world.mails.push({ at: await at(), kind, to, about });
  };
  let notified: string[] = [];
  const lockout = { group: 'gpu', removed: 0, already: 0, staying: 1, newcomers: 0 };
  const wiped = (host: string) => ({ host, approved: 1, deleted: 1, appeared: 0 });

  const raw: Made = {
    readSite: async () => view(),
    readCalendar: async ({ semester }) => calendarOf(semester, 'Asia/Seoul'),
    diffPlans: async ({ before, after }) => ({
      lines: [`~ ${before} → ${after}`],
      total: 1,
    }),
    readPlanPage: async ({ digest }) => ({
      digest,
      pages: 1,
      binding: '{}',
    }),
    planNotices: async ({ calendar, edition, keep, corrects }) => {
      notified = notExempt(world.members, keep);
      const binding = {
        edition,
        deadline: calendar.deadline,
        to: notified,
        text: world.template,
        corrects,
      };
      return plan('notice', binding, notified);
    },
    sendNotices: async ({ ref, index }) => {
      const kind = ref.step.startsWith('correction') ? 'correction' : 'notice';
      await mail(`${kind}-${index}`, notified);
      return prove('notices', `${notified.length} sent`, mailed(notified.length));
    },
    sendDeadlineMails: async ({ keep }) => {
      await mail('deadline', notExempt(world.members, keep));
      return prove('deadline-mails', 'deadline', mailed(world.members.size));
    },
    listMails: async () => ({
      pages: 1,
      lines: [],
    }),
    recordBounce: async ({ who }) => {
      if (!notified.includes(who)) throw refuse('ProofMissing', `no notice to ${who} is recorded`);
      await note(`bounce ${who}`);
      return prove('bounce', `${who} bounced`, {
        user: who,
        mails: 1,
      });
    },
    resendNotice: async ({ user }) => {
      await mail('resent', [user]);
      return prove('notice-resent', `${user} sent`, mailed(1));
    },
    notifyApprovers: async ({ kind, about, key }) => mail(`approver-${kind}`, world.approvers, `${about} ${key}`),
    planRemoval: async ({ keep }) =>
      plan('removal', { remove: notExempt(world.members, keep) }, notExempt(world.members, keep)),
    removeMembers: async () => {
      for (const m of notExempt(world.members, [])) world.members.delete(m);
      await note('remove members');
      return prove('lockout', 'out', lockout);
    },
    proveLockout: async ({ keep }) => {
      const still = notExempt(world.members, keep);
      if (still.length > 0) throw refuse('ProofMissing', `still in the group: ${still.join(', ')}`);
      return prove('lockout', 'out', lockout);
    },
    measureUsage: async () => ({ digest: 'sha256:usage' }),
    drainHost: async ({ ref, host, close }) => {
      if (!ref.byHand) world.sessions.delete(host);
      await note(`drain ${host}`);
      const facts = {
        ...(close && closedIn(world, host, await at())),
        host,
        processes: 0,
        bootId: `boot-${host}`,
      };
      return prove('absence', `nobody on ${host}`, facts, ref.byHand);
    },
    proveAbsence: async ({ host }) => {
      const users = [...(world.sessions.get(host) ?? [])];
      if (users.length > 0) throw refuse('ProofMissing', `${users.join(', ')} on ${host}`);
      return prove('absence', `nobody on ${host}`, {
        host,
        processes: 0,
        bootId: `boot-${host}`,
      });
    },
    ...loginsIn(world, {
      note,
      plan,
      prove,
    }),
    ...backupsIn(world, {
      note,
      plan,
      prove,
    }),
    planWipe: async ({ keep }) => plan('wipe', { homes: notExempt(world.homes, keep) }, notExempt(world.homes, keep)),
    wipeHomes: async ({ ref, proofs }) => {
      world.handed.push(proofs);
      for (const [host, users] of world.sessions)
        if (users.size > 0) throw refuse('PlanVoid', `${[...users].join(', ')} on ${host}`);
      if (!ref.byHand) for (const h of notExempt(world.homes, proofs.keep)) world.homes.delete(h);
      await note('wipe homes');
      return prove('homes-wiped', 'wiped', wiped('oloroso'), ref.byHand);
    },
    wipeDocker: async ({ host }) => {
      await note(`wipe docker ${host}`);
      return prove('docker-wiped', `wiped ${host}`, { ...wiped(host), until: null });
    },
    endWipe: async ({ host, workflow }) => {
      const jobs = world.jobs.filter((job) => job.host === host && job.workflow.startsWith(`${workflow}@`));
      for (const what of new Set(jobs.map((job) => job.what))) await note(`stop ${what} ${host}`);
      await note(`end wipe ${host} of ${workflow}`);
      return prove('wipe-ended', `${host}: the wipe was stopped`, { host, stopped: 1, left: 2 });
    },
    gpuHolders: async () => ({
      every: null,
      hosts: [],
    }),
    lookAtGpus: async ({ host }) => ({
      host,
      at: await at(),
      gpus: [],
      uses: [],
    }),
    agreeDockerRanges: async ({ users }) => {
      await note(`ranges ${users.join(' ')}`);
      return prove('docker-ranges', 'agreed', { accounts: users.length, differing: 0, down: 0 });
    },
    ...maintenanceIn(world, {
      at,
      note,
      plan,
      prove,
      mail: (kind, about) => mail(kind, [...world.members].sort(), about),
    }),
    grantDocker: async ({ host, users, awaitUntil }) => {
      await note(`docker ${host} ${users.join(' ')}`);
      const unknown = users.filter((user) => world.unknownOn.get(host)?.has(user));
      const granted = users.length - unknown.length;
      const facts = { host, granted, already: 0, unknown: unknown.length, taken: 0 };
      if (unknown.length > 0 && awaitUntil !== undefined)
        throw tryAgain('VerificationFailed', `${host} does not know ${unknown.join(', ')} yet`);
      return { ...(await prove('docker-granted', 'granted', facts)), unknown };
    },
    tidyHost: async ({ host }) => {
      await note(`tidy ${host}`);
      return prove('tidied', 'tidy', { host, stopped: 0, window: 'none' });
    },
    ...updateIn(world, {
      note,
      plan,
      prove,
    }),
    ...postIn(world, {
      note,
      plan,
      prove,
    }),
    ...applicationsIn(world, {
      at,
      note,
      mail,
      plan,
      prove,
      verify: (a) => acts.verifyApproval(a),
    }),
    ...approvalActs((to, kind, about) =>
      mail(`${to}-${kind}`, to === 'chat' ? (world.webhook ? ['chat'] : []) : world.approvers, about),
    ),
    ...grantsIn(() =>
      createLockActivities({
        client: a.client(),
        taskQueue: a.taskQueue,
      }),
    ),
    ...beforeAnything,
  };

  const breakable = Object.entries(raw).map(([name, act]) => [
    name,
    async (arg: never) => {
      const { host, ref } = (arg ?? {}) as { host?: string; ref?: StepRef };
      if (host && ref) world.jobs.push({ what: name, host, workflow: ref.workflow });
      await untilReleased(world.held.get(name));
      check(name);
      return act(arg);
    },
  ]);
  const acts = withSite(holdsContract(Object.fromEntries(breakable) as Made), async () => view());
  return Object.assign(world, { acts });
}
