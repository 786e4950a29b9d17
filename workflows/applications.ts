import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ApplicationAction } from '../activities/types.ts';
import { hostWorkflowId, siteWorkflowId } from '../domain/names.ts';
import type { Proof } from '../domain/proof.ts';
import type { Calendar, Semester } from '../domain/semester.ts';
import type { SiteView } from '../domain/site.ts';
import { installDesk, type Desk } from './desk/desk.ts';
import { now } from './desk/state.ts';
import { planning, skippable } from './desk/steps.ts';
import { holdingHost } from './grants.ts';
import { acceptingStopped, acceptsApplications, datesMoved, owe, stopAccepting } from './messages.ts';
import { long, polling, quick } from './policies.ts';

export interface ApplicationsInput {
  readonly site: string;
  readonly semester: Semester;
  readonly calendar: Calendar;
  readonly startedBy: string;
  readonly parent: string;
  /** Carried over continue-as-new. */
  readonly counts?: ApplicationCounts;
}

export interface ApplicationCounts {
  accepted: number;
  mailed: number;
}

/** R7: looks for applications until the end of the period, completes, accepts, grants Docker, mails. */
export async function applications(input: ApplicationsInput): Promise<ApplicationCounts> {
  const { workflowId } = workflowInfo();
  const desk = installDesk({ ...input, kind: 'applications', name: workflowId, phase: 'applications' });
  const counts: ApplicationCounts = { ...(input.counts ?? { accepted: 0, mailed: 0 }) };
  const tell = new Set<string>();
  setHandler(stopAccepting, (message) => {
    tell.add(message.tell);
  });
  let { calendar } = input;
  setHandler(datesMoved, (message) => {
    ({ calendar } = message);
  });
  const over = () => tell.size > 0 || Date.now() >= Date.parse(calendar.applicationsUntil);
  return desk.run(
    async () => {
      const site = await planning(desk, 'read-site', () => quick.readSite({ site: input.site }));
      desk.meet(site);
      while (!over()) {
        const seen = calendar;
        const current = { ...input, calendar };
        const actions = await nextActions(desk, current, () => over() || calendar !== seen);
        const before = counts.accepted + counts.mailed;
        if (actions) await carryOut(desk, current, site, actions, counts);
        // What people skipped stays due: look again at the usual interval, not at once.
        if (actions && before === counts.accepted + counts.mailed) await condition(over, calendar.applicationsEveryMs);
        if (workflowInfo().continueAsNewSuggested && !over()) {
          await condition(allHandlersFinished);
          return continueAsNew<typeof applications>({ ...input, calendar, counts });
        }
      }
      await close(input, workflowId, tell);
      return counts;
    },
    async () => {
      await close(input, workflowId, tell);
      return counts;
    },
  );
}

/** Waits, at no cost in history, until something is due; null when the period is over, or its end moved, first. */
async function nextActions(
  desk: Desk,
  input: ApplicationsInput,
  interrupted: () => boolean,
): Promise<readonly ApplicationAction[] | null> {
  const { semester, calendar } = input;
  const left = Math.max(1, Date.parse(calendar.applicationsUntil) - Date.now());
  await desk.ready();
  desk.state.next = { at: calendar.applicationsUntil, what: 'the end of applications' };
  desk.publish();
  const scope = new CancellationScope();
  const poll = scope.run(() => polling(calendar.applicationsEveryMs).pollApplications({ semester, calendar }));
  const ended = scope.run(() => condition(interrupted, left, { summary: 'the end of applications' }));
  try {
    const first = await Promise.race([poll, ended]);
    return typeof first === 'boolean' ? null : first.actions;
  } catch (error) {
    if (isCancellation(error)) throw error;
    // Looking itself is broken (a wrong column, say): a person mends it, and it looks again.
    await planning(desk, 'look-for-applications', () =>
      quick.pollApplications({ semester, calendar }).catch(unlessNothingNew),
    );
    return null;
  } finally {
    scope.cancel();
    await Promise.allSettled([poll, ended]);
  }
}

async function carryOut(
  desk: Desk,
  input: ApplicationsInput,
  site: SiteView,
  actions: readonly ApplicationAction[],
  counts: ApplicationCounts,
): Promise<void> {
  const { semester, calendar } = input;
  const accept = actions.filter((a) => a.kind === 'accept');
  if (accept.length > 0) {
    const proof = await skippable(desk, 'accept', (ref) => quick.acceptApplicants({ ref, users: accept }));
    counts.accepted += Number(proof?.facts['accepted'] ?? 0);
  }
  const rejected = actions.filter((a) => a.kind === 'reject');
  if (rejected.length > 0) await skippable(desk, 'reject', (ref) => quick.rejectApplicants({ ref, users: rejected }));
  const docker = actions.filter((a) => a.kind === 'grant-docker').map((a) => a.user);
  if (docker.length > 0) {
    await Promise.all([
      ...site.hosts.map((host) => grantDocker(desk, input, host, docker)),
      ...site.excluded.map((host) =>
        quick.oweHost({ host, site: input.site, debt: { kind: 'docker', users: docker } }),
      ),
    ]);
    await planning(desk, 'record-grants', () => quick.recordGrants({ semester: semester.name, users: docker }));
  }
  const mails = actions.filter((a) => a.kind.startsWith('mail-'));
  if (mails.length > 0) {
    const proof = await skippable(desk, 'mail-applicants', (ref) =>
      long.mailApplicants({ ref, semester, calendar, mails }),
    );
    counts.mailed += Number(proof?.facts['sent'] ?? 0);
  }
}

/** A subuid range on one host; a host that is down is caught up later without a word. */
async function grantDocker(
  desk: Desk,
  input: ApplicationsInput,
  host: string,
  users: readonly string[],
): Promise<void> {
  await skippable(desk, `docker-${host}`, (ref) =>
    holdingHost(desk, host, input.site, 'Docker grants', async (): Promise<Proof> => {
      try {
        return await quick.grantDocker({ ref, host, users });
      } catch (error) {
        if (!isUnreachable(error)) throw error;
        await getExternalWorkflowHandle(hostWorkflowId(host)).signal(owe, { kind: 'docker', users });
        const summary = `${host} does not answer: ${users.length} Docker grants are owed to it`;
        return { what: 'owed', at: now(), summary, facts: { host, owed: users.length }, how: 'service' };
      }
    }),
  );
}

/** Tells the site that nobody accepts any more, and who asked for it that it has happened. */
async function close(input: ApplicationsInput, workflow: string, tell: ReadonlySet<string>): Promise<void> {
  const message = { workflow };
  const site = getExternalWorkflowHandle(siteWorkflowId(input.site));
  await site.signal(acceptsApplications, { workflow: null }).catch(() => undefined);
  const told = [...tell].map((id) => getExternalWorkflowHandle(id).signal(acceptingStopped, message));
  await Promise.allSettled(told);
}

const causeOf = (error: unknown) =>
  error instanceof ActivityFailure && error.cause instanceof ApplicationFailure ? error.cause.type : undefined;

const isUnreachable = (error: unknown) => causeOf(error) === 'Unreachable';

function unlessNothingNew(error: unknown): void {
  if (causeOf(error) !== 'NothingNew') throw error;
}
