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

/** Hosts per child: its history stays far below the size at which Temporal suggests continue-as-new. */
const HOSTS_A_CHILD = 100;

/** R8, first part, while people still work: prepares all followers. A host that fails is tried again in its wave. */
export async function prepareAll(update: Update): Promise<void> {
  const { operator, fleet, followers, input, site, leader, image } = update;
  await runStep(operator, { name: 'prepare', phase: 'update', skippable: true }, async ({ round }) => {
    const todo = inState(fleet, 'waiting', 'not-prepared');
    for (let index = 0; index * HOSTS_A_CHILD < todo.length; index++) {
      const name = `${myId()}/prepare.${index + 1}${round > 1 ? `-${round}` : ''}`;
      const hosts = todo.slice(index * HOSTS_A_CHILD, (index + 1) * HOSTS_A_CHILD);
      const { parallel } = site.rollout;
      const { startedBy } = input;
      const child = await startChild(prepareHosts, {
        workflowId: name,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: `${hosts.length} followers receive ${image.facts.name}`,
        args: [
          {
            site: input.site,
            leader,
            image,
            hosts,
            parallel,
            startedBy,
            approvers: site.approvers,
            parent: myId(),
            name,
          },
        ],
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

/**
 * Boots the canary into the image. Its health is a result, good or bad, and does not park the step. Without a health the gate has to
 * approve the canary first.
 */
export async function tryCanary(update: Update, host: string): Promise<void> {
  await runStep(update.operator, { name: 'canary', phase: 'update', answers: ['NoGrant'] }, async (ref) => {
    const { state, proof, reason } = await follow(update, ref, host);
    if (state === 'not-permitted') throw ApplicationFailure.nonRetryable(reason ?? host, 'NoGrant');
    const healthy = state === 'updated';
    update.canary = { host, healthy, summary: (healthy ? proof?.summary : reason) ?? `${host} was skipped` };
    return serviceProof('canary', update.canary.summary, { host, healthy });
  });
}

/**
 * R8 on the other followers, wave by wave. When the failure budget is spent, the other hosts stay untouched, also those
 * of the same wave, and the step parks. `retry` continues with failed and untouched hosts, `done` verifies that all run
 * the image, `skip` defers the image to each `host/<name>`. Returns false if the approval has ended and has to be given anew.
 */
export async function rollOut(update: Update): Promise<boolean> {
  const { operator, fleet, followers, input, site, image } = update;
  const step = { name: 'roll-out', phase: 'update', skippable: true, approved: true } as const;
  const rolledOut = await runStep(operator, step, async (ref) => {
    let failed = 0;
    const take: Take = async (host, began) => {
      await operator.untilResumed();
      return follow(update, ref, host, began);
    };
    for (const wave of wavesNow(update, ref)) {
      // Between semesters a host may wait for hours for its jobs; it must not delay the others.
      const parallel = input.parent === undefined ? wave.length : site.rollout.parallel;
      failed += await runWave(wave, { parallel, most: site.rollout.failureBudget - failed }, take);
      if (failed >= site.rollout.failureBudget) break;
    }
    if (failed > 0) {
      const [most, all] = [site.rollout.failureBudget, followers.length];
      const what =
        failed >= most
          ? `${failed} of ${all} hosts failed, so the other hosts stay untouched`
          : `${failed} of ${all} hosts failed`;
      const type = inState(fleet, 'not-permitted').length > 0 ? 'NoGrant' : 'RolloutStopped';
      throw ApplicationFailure.nonRetryable([`${what}.`, ...linesOf(fleet)].join('\n'), type);
    }
    const updated = inState(fleet, 'updated').length;
    const summary = `${updated} of ${followers.length} followers run ${image.facts.name}`;
    return serviceProof('rolled-out', summary, { updated, deferred: inState(fleet, 'deferred').length });
  });
  if (rolledOut.status === 'void') return false;
  return rolledOut.status === 'done' || (await deferRest(update));
}

/** The approved waves, then a failed canary. Later rounds start with the failed hosts. */
function wavesNow(
  { fleet, followers, site, waves, canary }: Update,
  { round }: StepRef,
): readonly (readonly string[])[] {
  if (round === 1)
    return canary && !canary.healthy ? [...waves, unsettled(fleet).filter((host) => host === canary.host)] : waves;
  return wavesOf(unsettled(fleet), followers.length, site.rollout.waves);
}

async function deferRest({ operator, fleet, site, image, leader }: Update): Promise<boolean> {
  const rest = unsettled(fleet);
  const deferred = await runStep(operator, { name: 'defer-rest', phase: 'update', approved: true }, async () => {
    const task = { kind: 'image' as const, image, leader, keep: operator.state.exempt };
    await Promise.all(rest.map((host) => quick.deferTask({ host, site: site.name, task })));
  });
  if (deferred.status === 'void') return false;
  for (const host of rest) mark(fleet, host, 'deferred');
  return true;
}

/** Defers the image for excluded hosts until they are included again. Returns false if the approval has ended. */
export async function deferForExcluded({ operator, site, image, leader }: Update): Promise<boolean> {
  if (site.excluded.length === 0) return true;
  const task = { kind: 'image' as const, image, leader, keep: operator.state.exempt };
  const step = { name: 'defer-excluded', phase: 'update', approved: true } as const;
  const deferred = await runStep(operator, step, async () => {
    await Promise.all(site.excluded.map((host) => quick.deferTask({ host, site: site.name, task })));
  });
  return deferred.status === 'done';
}

/** Updates one follower in a child workflow; a child that is ended from outside counts as failed. */
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
