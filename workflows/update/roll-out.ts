import { ApplicationFailure, isCancellation, ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { ProofFacts, ProofKind, ProofOf } from '../../domain/proof.ts';
import { wavesOf } from '../../domain/waves.ts';
import { awaitChild } from '../operator/children.ts';
import { inState, linesOf, mark, unsettled } from '../operator/host-table.ts';
import { myId, now } from '../operator/state.ts';
import { reasonOf, runStep } from '../operator/steps.ts';
import { hostUpdate, type HostUpdateResult } from '../host-update.ts';
import { quick } from '../policies.ts';
import { prepareHosts, type PrepareResult } from '../prepare-hosts.ts';
import type { Update } from './update.ts';
import { runWave, type Take, type Turn } from './wave.ts';
import type { StepRef } from '../../domain/step.ts';

/** A history of so many hosts stays far from where Temporal asks for a new one. */
const HOSTS_A_CHILD = 100;

/** R8, first part, while people still work: who fails here is tried again when its turn comes. */
export async function prepareAll(update: Update): Promise<void> {
  const { operator, fleet, followers, input, site, leader, image } = update;
  await runStep(operator, { name: 'prepare', phase: 'update', skippable: true }, async ({ round }) => {
    const todo = inState(fleet, 'waiting', 'not-prepared');
    for (let index = 0; index * HOSTS_A_CHILD < todo.length; index++) {
      const name = `${myId()}/prepare.${index + 1}${round > 1 ? `-${round}` : ''}`;
      const hosts = todo.slice(index * HOSTS_A_CHILD, (index + 1) * HOSTS_A_CHILD);
      const { parallel } = site.rollout;
      const child = await startChild(prepareHosts, {
        workflowId: name,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: `${hosts.length} followers receive ${image.facts.name}`,
        args: [{ site: input.site, leader, image, hosts, parallel, startedBy: input.startedBy, parent: myId(), name }],
      });
      const { prepared, failed } = await awaitChild<PrepareResult>(operator, name, child);
      for (const host of prepared) mark(fleet, host, 'prepared');
      for (const { host, reason } of failed) mark(fleet, host, 'not-prepared', reason);
    }
    const ready = inState(fleet, 'prepared').length;
    const rest = followers.length - ready;
    return serviceProof('prepared', `${ready} of ${followers.length} followers are ready to boot ${image.facts.name}`, {
      ready,
      rest,
    });
  });
}

/** One follower boots into the image before people are asked about the others. Its health is an answer, whatever it is. */
export async function tryCanary(update: Update, host: string): Promise<void> {
  await runStep(update.operator, { name: 'canary', phase: 'update' }, async (ref) => {
    const { state, proof, reason } = await follow(update, ref, host);
    const healthy = state === 'updated';
    update.canary = { host, healthy, summary: (healthy ? proof?.summary : reason) ?? `${host} was passed over` };
    return serviceProof('canary', update.canary.summary, { host, healthy });
  });
}

/**
 * R8 on everybody else, wave by wave. Where the failure budget is spent, the rest stays untouched, also of the same wave, and
 * people are asked: `retry` goes on with the rest and the failed, `done` looks whether they all run the image, `skip` leaves it to each `host/<name>`.
 */
export async function rollOut(update: Update): Promise<void> {
  const { operator, fleet, followers, input, site, image } = update;
  const rolledOut = await runStep(operator, { name: 'roll-out', phase: 'update', skippable: true }, async (ref) => {
    let failed = 0;
    const take: Take = async (host, began) => {
      await operator.untilResumed();
      return follow(update, ref, host, began);
    };
    for (const wave of wavesNow(update, ref)) {
      // Where people work, a host waits for hours until its jobs have ended: one that waits must not hold up the others.
      const parallel = input.parent === undefined ? wave.length : site.rollout.parallel;
      failed += await runWave(wave, { parallel, most: site.rollout.failureBudget - failed }, take);
      if (failed >= site.rollout.failureBudget) break;
    }
    if (failed > 0) {
      const [most, all] = [site.rollout.failureBudget, followers.length];
      const what =
        failed >= most
          ? `${failed} of ${all} hosts failed, so the rest is left untouched`
          : `${failed} of ${all} hosts failed`;
      throw ApplicationFailure.nonRetryable([`${what}.`, ...linesOf(fleet)].join('\n'), 'RolloutStopped');
    }
    const updated = inState(fleet, 'updated').length;
    const summary = `${updated} of ${followers.length} followers run ${image.facts.name}`;
    return serviceProof('rolled-out', summary, { updated, deferred: inState(fleet, 'deferred').length });
  });
  if (rolledOut.status === 'skipped') await deferRest(update);
}

/** As they were approved; a canary that failed comes last. Another try begins with the hosts that failed. */
function wavesNow(
  { fleet, followers, site, waves, canary }: Update,
  { round }: StepRef,
): readonly (readonly string[])[] {
  if (round === 1)
    return canary && !canary.healthy ? [...waves, unsettled(fleet).filter((host) => host === canary.host)] : waves;
  return wavesOf(unsettled(fleet), followers.length, site.rollout.waves);
}

async function deferRest({ operator, fleet, site, image, leader }: Update): Promise<void> {
  const rest = unsettled(fleet);
  await runStep(operator, { name: 'defer-rest', phase: 'update' }, async () => {
    const task = { kind: 'image' as const, image, leader, keep: operator.state.exempt };
    await Promise.all(rest.map((host) => quick.deferTask({ host, site: site.name, task })));
  });
  for (const host of rest) mark(fleet, host, 'deferred');
}

/** What an excluded host runs when it is taken in again. */
export async function deferForExcluded({ operator, site, image, leader }: Update): Promise<void> {
  if (site.excluded.length === 0) return;
  const task = { kind: 'image' as const, image, leader, keep: operator.state.exempt };
  await runStep(operator, { name: 'defer-excluded', phase: 'update' }, async () => {
    await Promise.all(site.excluded.map((host) => quick.deferTask({ host, site: site.name, task })));
  });
}

/** One follower, in a child of its own; one that was ended from outside counts as failed. */
async function follow(
  update: Update,
  { byHand }: StepRef,
  host: string,
  began: (turn: Turn) => Promise<void> = async () => {},
): Promise<HostUpdateResult> {
  const { operator, input, site, leader, image, fleet, tries } = update;
  const prepared = fleet.hosts.get(host)?.state === 'prepared';
  const round = (tries.get(host) ?? 0) + 1;
  tries.set(host, round);
  const name = `${workflowInfo().workflowId}/${host}${round > 1 ? `-${round}` : ''}`;
  mark(fleet, host, 'at-work');
  const result = await startChild(hostUpdate, {
    workflowId: name,
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    staticSummary: `${host} → ${image.facts.name}`,
    args: [
      {
        site: input.site,
        host,
        leader,
        image,
        keep: operator.state.exempt,
        startedBy: input.startedBy,
        prepared,
        byHand,
        parent: myId(),
        name,
        waitForJobsMs: input.parent === undefined ? site.between.waitForJobsMs : null,
        approvers: {
          names: site.approvers,
          remindEveryMs: site.remindEveryMs,
          webhook: site.webhook,
        },
      },
    ],
  })
    .then(async (child) => {
      const [result] = await Promise.all([awaitChild<HostUpdateResult>(operator, name, child), began(child)]);
      return result;
    })
    .catch((error: unknown): HostUpdateResult => {
      if (isCancellation(error)) throw error;
      return { state: 'failed', proof: null, reason: reasonOf(error) };
    });
  mark(fleet, host, result.state, result.reason ?? result.proof?.summary);
  return result;
}

const serviceProof = <W extends ProofKind>(what: W, summary: string, facts: ProofFacts[W]): ProofOf<W> => ({
  what,
  at: now(),
  summary,
  facts,
  how: 'service',
});
