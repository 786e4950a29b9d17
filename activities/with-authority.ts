import type { DeferredTask } from '../domain/deferred.ts';
import type { FirstRun } from '../domain/grant.ts';
import type { PlanRef } from '../domain/plan.ts';
import type { Unchecked } from '../domain/verdict.ts';
import { hostWorkflowId } from '../domain/names.ts';
import { deferralRecords, digestOfImage, digestOfTask, digestOfWipe, stepOf } from './approvals/deferrals.ts';
import type { Lineage } from './approvals/lineage.ts';
import { demandTaken, recordProof } from './approvals/proof-records.ts';
import { grantRecords } from './approvals/records.ts';
import { deferWithGrant, demandGrant, demandSemester, keptIn, type SpendDependencies } from './approvals/spend.ts';
import { AUTHORITY, type Made } from './contract.ts';
import { refuse, tryAgain } from './failures.ts';

export interface AuthorityDependencies extends SpendDependencies {
  readonly lineage: Lineage;
}

type Act = (argument: never) => Promise<unknown>;

/** The activities that act after a gate. */
export const activitiesAfter = (gate: string): readonly string[] =>
  Object.entries(AUTHORITY).flatMap(([name, one]) =>
    one.kind === 'acts' && one.gates.some((named) => named === gate) ? [name] : [],
  );

/**
 * Wraps the activities, so that authority lives in them and not in their callers. One that acts looks up its grant first.
 * Plans and proofs that an activity makes are recorded: a gate passes only with such a plan, and other proofs do not
 * count.
 */
export function withAuthority(made: Made, dependencies: AuthorityDependencies): Made {
  const { store, lineage } = dependencies;
  const demand = demandGrant(dependencies);
  const defer = deferWithGrant(dependencies);
  const demandOwn = demandSemester(dependencies);
  const deferrals = deferralRecords(store);

  /** A deferred task that is done permits nothing more than a repetition of its step. */
  const settleDeferred = async (name: keyof Made, argument: Unchecked, { workflow, run }: FirstRun) => {
    const { host, ref, plan, proofs, image } = argument;
    if (typeof host !== 'string' || workflow !== hostWorkflowId(host)) return;
    if (name === 'wipeDocker')
      await deferrals.settle(host, 'wipe-docker', digestOfWipe(plan, proofs), stepOf(run, ref));
    if (name === 'rebootHost') await deferrals.settle(host, 'image', digestOfImage(image), stepOf(run, ref));
  };

  /** The activities that hand work on, or end it. */
  const others: Partial<Record<keyof Made, (act: Act) => Act>> = {
    deferTask: (act) => async (argument: { host: string; task: DeferredTask }) => {
      const { host, task } = argument;
      await defer(host, { ...task }, await lineage(), digestOfTask(task));
      return await act(argument as never);
    },
    endDeferred: (act) => async (argument: { hosts: readonly string[]; kind: DeferredTask['kind'] }) => {
      for (const host of argument.hosts) await deferrals.end(host, argument.kind);
      return await act(argument as never);
    },
    findNewer: (act) => async (argument: { host: string }) => {
      const newer = await act(argument as never);
      const [{ workflow }] = await lineage();
      // The deferred image would be a downgrade.
      if (newer !== null && workflow === hostWorkflowId(argument.host)) await deferrals.end(argument.host, 'image');
      return newer;
    },
    includeHost: (act) => async (argument: { host: string }) => {
      const { host } = argument;
      const owed = (await deferrals.of(host)).some(({ kind, done }) => kind === 'wipe-docker' && done === undefined);
      if (owed)
        throw tryAgain('ProofMissing', `${host} has a deferred wipe that is not done yet: nothing is exported to it`);
      return await act(argument as never);
    },
    tidyHost: (act) => ownJobs('tidyHost', act),
    endWipe: (act) => ownJobs('endWipe', act, '/wipe-docker'),
    acceptApplicants: (act) => ownSemester('acceptApplicants', act),
    rejectApplicants: (act) => ownSemester('rejectApplicants', act),
    mailApplicants: (act) => ownSemester('mailApplicants', act),
    // A judgement is signed for one run of applications: that of the caller, whatever the argument says.
    judgeApplicants: (act) =>
      ownSemester('judgeApplicants', async (argument: object) => {
        const [{ workflow, run }] = await lineage();
        return await act({ ...argument, workflow, run } as never);
      }),
  };
  const ownSemester = (name: string, act: Act) => async (argument: { semester: { name: string } }) => {
    await demandOwn(name, argument.semester.name, await lineage());
    return await act(argument as never);
  };
  const ownJobs = (name: string, act: Act, part?: string) => async (argument: { workflow: string }) => {
    const [{ workflow, run }] = await lineage();
    if (argument.workflow !== (part === undefined ? `${workflow}@${run}` : `${workflow}${part}`))
      throw refuse('NoGrant', `${name} ends jobs of its own workflow ${workflow} only, not of ${argument.workflow}`);
    return await act(argument as never);
  };

  const wrap = (name: keyof Made, act: Act): Act => {
    const authority = AUTHORITY[name];
    if (authority.kind === 'plans')
      return async (argument) => {
        const plan = (await act(argument)) as PlanRef;
        const [{ run }] = await lineage();
        await grantRecords(store).recordPlan(run, plan, keptIn(argument));
        return plan;
      };
    if (authority.kind === 'acts')
      return async (argument) => {
        const callers = await lineage();
        const spend = await demand(name, authority, argument, callers);
        const result = await act(argument);
        await spend();
        await settleDeferred(name, argument, callers[0]);
        return result;
      };
    return others[name]?.(act) ?? act;
  };
  /** Proofs count from the store only: what an activity gets was taken by an activity, for the same run. */
  const withProofs = (name: keyof Made, act: Act): Act => {
    const { kind } = AUTHORITY[name];
    return async (argument) => {
      if (kind === 'acts' || kind === 'needs-none') await demandTaken(store, argument, lineage);
      const result = await act(argument);
      await recordProof(store, result, name, lineage);
      return result;
    };
  };
  const wrapped = Object.entries(made).map(([name, act]) => {
    const known = name as keyof Made;
    return [name, withProofs(known, wrap(known, act))];
  });
  return Object.fromEntries(wrapped) as Made;
}
