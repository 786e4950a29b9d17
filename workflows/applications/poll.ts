import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { ApplicationAction } from '../../domain/applications-due.ts';
import type { SiteView } from '../../domain/site.ts';
import { failureType, runStep } from '../operator/steps.ts';
import { long, polling, quick } from '../policies.ts';
import { grantEverywhere } from './docker.ts';
import { accepts, type ApplicationsState } from './state.ts';

/**
 * One poll: waits until actions are due or a decision arrives, then runs the actions. Waiting adds no history events.
 */
export async function pollOnce(state: ApplicationsState, site: SiteView): Promise<void> {
  const { counts, calendar } = state;
  const actions = await nextActions(state);
  if (!actions) return;
  const before = counts.accepted + counts.mailed;
  await carryOut(state, site, actions);
  // Skipped actions stay due: poll again at the usual interval, not at once.
  if (actions.length > 0 && before === counts.accepted + counts.mailed)
    await condition(() => !accepts(state), calendar.applicationsEveryMs);
}

/** The actions that are due; null if applications end, their end moves or an approver decides first. */
async function nextActions(state: ApplicationsState): Promise<readonly ApplicationAction[] | null> {
  const { operator, semester, calendar, changed } = state;
  const left = Math.max(1, Date.parse(calendar.applicationsUntil) - Date.now());
  await operator.untilResumed();
  operator.state.next = { at: calendar.applicationsUntil, what: 'the end of applications' };
  operator.updateVisibility();
  const interrupted = () => !accepts(state) || state.calendar !== calendar || state.changed !== changed;
  const query = { semester, calendar, askedAt: state.review === 'no' ? state.askedAt : null };
  const scope = new CancellationScope();
  const poll = scope.run(() => polling(calendar.applicationsEveryMs).pollApplications(query));
  const ended = scope.run(() => condition(interrupted, left, { summary: 'the end of applications' }));
  try {
    const first = await Promise.race([poll, ended]);
    if (typeof first === 'boolean') return null;
    if (first.review && state.review === 'no') state.review = 'due';
    return first.actions;
  } catch (error) {
    if (isCancellation(error)) throw error;
    // The poll failed (for example a wrong column): the step parks, a person fixes it, and the poll starts again.
    await runStep(operator, { name: 'look-for-applications', phase: 'applications' }, () =>
      quick.pollApplications({ ...query, askedAt: null }).catch(unlessNothingNew),
    );
    return null;
  } finally {
    scope.cancel();
    await Promise.allSettled([poll, ended]);
  }
}

async function carryOut(
  state: ApplicationsState,
  site: SiteView,
  actions: readonly ApplicationAction[],
): Promise<void> {
  const { operator, semester, counts } = state;
  // The dates may move between two steps.
  const dates = () => ({ semester, calendar: state.calendar });
  const of = (kind: ApplicationAction['kind']) => actions.filter((action) => action.kind === kind);
  const [accept, reject, docker] = [of('accept'), of('reject'), of('grant-docker').map(({ user }) => user)];
  if (accept.length > 0) {
    const accepted = await runStep(operator, { name: 'accept', phase: 'applications', skippable: true }, (ref) =>
      quick.acceptApplicants({ ref, ...dates(), users: accept }),
    );
    if (accepted.status === 'done') counts.accepted += accepted.result.facts.accepted;
  }
  if (reject.length > 0) {
    await runStep(operator, { name: 'reject', phase: 'applications', skippable: true }, (ref) =>
      quick.rejectApplicants({ ref, ...dates(), users: reject }),
    );
  }
  if (docker.length > 0) {
    await grantEverywhere(operator, site, docker);
    await runStep(operator, { name: 'record-grants', phase: 'applications' }, () =>
      quick.recordGrants({ semester: semester.name, users: docker }),
    );
  }
  const mails = actions.filter((action) => action.kind.startsWith('mail-'));
  if (mails.length > 0) {
    const mailed = await runStep(operator, { name: 'mail-applicants', phase: 'applications', skippable: true }, (ref) =>
      long.mailApplicants({ ref, ...dates(), mails }),
    );
    if (mailed.status === 'done') counts.mailed += mailed.result.facts.sent;
  }
}

function unlessNothingNew(error: unknown): void {
  if (failureType(error) !== 'NothingNew') throw error;
}
