import { signedWith } from '../../activities/applications/signed.ts';
import { nothingNew, refuse } from '../../activities/failures.ts';
import type { Activities, Made } from '../../activities/contract.ts';
import type { PlanGate } from '../../domain/gates/index.ts';
import type { PlanRef } from '../../domain/plan.ts';
import { mailed, type Prove } from './prove.ts';
import type { World } from './world-state.ts';

interface Tools {
  readonly at: () => Promise<string>;
  readonly note: (what: string) => Promise<unknown>;
  readonly mail: (kind: string, people: string[], about?: string) => Promise<void>;
  readonly plan: (gate: PlanGate, binding: object, rows: string[]) => PlanRef;
  readonly prove: Prove;
  readonly verify: Activities['verifyApproval'];
}

const DAY = 24 * 3600_000;
const { bounced: _, ...withoutBounced } = mailed(0);

/** Applications in memory: what is due is returned once, and a list waits while it holds an applicant. */
export function applicationsIn(
  world: Pick<World, 'due' | 'page' | 'review' | 'reviewEveryMs' | 'members' | 'nextStarted'>,
  { at, note, mail, plan, prove, verify }: Tools,
): Pick<
  Made,
  | 'recordBaseline'
  | 'pollApplications'
  | 'planApplications'
  | 'approveListed'
  | 'judgeApplicants'
  | 'listApplicants'
  | 'proposeNextSemester'
  | 'acceptApplicants'
  | 'rejectApplicants'
  | 'mailApplicants'
  | 'recordGrants'
> {
  const proposed = new Set<number>();
  return {
    recordBaseline: async () => prove('baseline', '0 pending', { pending: 0 }),
    pollApplications: async ({ askedAt }) => {
      const waited = askedAt === null ? 0 : Date.parse(await at()) - Date.parse(askedAt);
      const review = waited >= world.reviewEveryMs && world.review.size > 0;
      if (world.due.length === 0 && !review) throw nothingNew('nothing new');
      return { actions: world.due.splice(0, world.page), review };
    },
    planApplications: async ({ until }) =>
      plan('applications', { until, accept: [...world.review] }, [...world.review]),
    approveListed: async ({ by }) => {
      const accept = [...world.review];
      for (const user of accept) world.due.push({ kind: 'accept', user, uid: 1 });
      await note(`approve ${[...world.review].join(' ')} by ${by.join(' ')}`);
      world.review.clear();
      return prove('approved', 'approved', { approved: accept.length });
    },
    judgeApplicants: async ({ judgement, ...where }) => {
      const { verdict, users, by } = judgement;
      const signed = await signedWith({ judgement, ...where }, verify);
      const stranger = users.find((user) => !world.review.has(user));
      if (stranger !== undefined) throw refuse('CommandFailed', `there is no application by ${stranger}`);
      for (const user of users) {
        world.review.delete(user);
        world.due.push({ kind: verdict === 'approve' ? 'accept' : 'reject', user, uid: 1 });
      }
      await note(`${verdict} ${users.join(' ')} by ${by}`);
      return { ...(await prove('judged', `${users.length} decided`, { decided: users.length })), signed };
    },
    proposeNextSemester: async ({ semester, calendar }) => {
      const week = Math.floor((Date.parse(await at()) - Date.parse(calendar.nextSemesterFrom)) / (7 * DAY));
      if (week >= 0 && world.nextStarted !== null) return { started: world.nextStarted };
      if (week >= 0 && !proposed.has(week)) await mail('approver-next-semester', [semester.name], `week ${week + 1}`);
      proposed.add(week);
      throw nothingNew('nobody has started it');
    },
    listApplicants: async () => ({ pages: 1, lines: [], unusable: [] }),
    acceptApplicants: async ({ users }) => {
      for (const u of users) world.members.add(u.user);
      await note(`accept ${users.map((u) => u.user).join(' ')}`);
      return prove('accepted', 'accepted', { accepted: users.length, already: 0, gone: 0 });
    },
    rejectApplicants: async ({ users }) => {
      await note(`reject request ${users.map((u) => u.user).join(' ')}`);
      return prove('rejected', 'rejected', { rejected: users.length, gone: 0 });
    },
    mailApplicants: async ({ mails }) => {
      for (const m of mails) await mail(m.kind, [m.user]);
      return prove('applicants-mailed', 'mailed', { ...withoutBounced, sent: mails.length, gone: 0 });
    },
    recordGrants: async () => undefined,
  };
}
