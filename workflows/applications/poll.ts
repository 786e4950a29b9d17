import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { failureType, planning, skippable } from '../operator/steps.ts';
import { long, polling, quick } from '../policies.ts';
import { grantEverywhere } from './docker.ts';
import { accepts, type Serving } from './state.ts';
import type { ApplicationAction } from '../../domain/applications-due.ts';

/** One look: waits, at no cost in history, until something is due or decided, and does it. */
export async function lookOnce(serving: Serving): Promise<void> {
  const { counts, calendar } = serving;
  const actions = await nextActions(serving);
  if (!actions) return;
  const before = counts.accepted + counts.mailed;
  await carryOut(serving, actions);
  // What people skipped stays due: look again at the usual interval, not at once.
  if (actions.length > 0 && before === counts.accepted + counts.mailed)
    await condition(() => !accepts(serving), calendar.applicationsEveryMs);
}

/** Null when applications end, their end moved, or somebody decided something, first. */
async function nextActions(serving: Serving): Promise<readonly ApplicationAction[] | null> {
  const { operator, semester, calendar, changed } = serving;
  const left = Math.max(1, Date.parse(calendar.applicationsUntil) - Date.now());
  await operator.untilResumed();
  operator.state.next = { at: calendar.applicationsUntil, what: 'the end of applications' };
  operator.updateVisibility();
  const interrupted = () => !accepts(serving) || serving.calendar !== calendar || serving.changed !== changed;
  const look = { semester, calendar, askedAt: serving.review === 'no' ? serving.askedAt : null };
  const scope = new CancellationScope();
  const poll = scope.run(() => polling(calendar.applicationsEveryMs).pollApplications(look));
  const ended = scope.run(() => condition(interrupted, left, { summary: 'the end of applications' }));
  try {
    const first = await Promise.race([poll, ended]);
    if (typeof first === 'boolean') return null;
    if (first.review && serving.review === 'no') serving.review = 'due';
    return first.actions;
  } catch (error) {
    if (isCancellation(error)) throw error;
    // Looking itself is broken (a wrong column, say): a person mends it, and it looks again.
    await planning(operator, 'look-for-applications', () =>
      quick.pollApplications({ ...look, askedAt: null }).catch(unlessNothingNew),
    );
    return null;
  } finally {
    scope.cancel();
    await Promise.allSettled([poll, ended]);
  }
}

async function carryOut(serving: Serving, actions: readonly ApplicationAction[]): Promise<void> {
  const { operator, semester, calendar, counts, site } = serving;
  const of = (kind: ApplicationAction['kind']) => actions.filter((action) => action.kind === kind);
  const [accept, reject, docker] = [of('accept'), of('reject'), of('grant-docker').map(({ user }) => user)];
  if (accept.length > 0) {
    const proof = await skippable(operator, 'accept', (ref) => quick.acceptApplicants({ ref, users: accept }));
    counts.accepted += proof?.facts.accepted ?? 0;
  }
  if (reject.length > 0) await skippable(operator, 'reject', (ref) => quick.rejectApplicants({ ref, users: reject }));
  if (docker.length > 0) {
    await grantEverywhere(operator, site, docker);
    await planning(operator, 'record-grants', () => quick.recordGrants({ semester: semester.name, users: docker }));
  }
  const mails = actions.filter((action) => action.kind.startsWith('mail-'));
  if (mails.length > 0) {
    const proof = await skippable(operator, 'mail-applicants', (ref) =>
      long.mailApplicants({ ref, semester, calendar, mails }),
    );
    counts.mailed += proof?.facts.sent ?? 0;
  }
}

function unlessNothingNew(error: unknown): void {
  if (failureType(error) !== 'NothingNew') throw error;
}
