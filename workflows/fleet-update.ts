import type { FleetUpdateInput } from '../domain/semester.ts';
import type { Proof } from '../domain/proof.ts';
import { canaryOf, wavesOf } from '../domain/waves.ts';
import type { SiteView } from '../domain/site.ts';
import type { OperatorContext } from './operator/context.ts';
import { installOperatorContext } from './operator/install.ts';
import { inState, newFleet } from './operator/host-table.ts';
import { gate } from './operator/gates.ts';
import { myId, myRun, now } from './operator/state.ts';
import { readSite } from './operator/site.ts';
import { runStep } from './operator/steps.ts';
import { holdingHost, requestGrant, type Grant } from './grants.ts';
import { long, quick } from './policies.ts';
import { announce } from './update/maintenance.ts';
import { prepareLeader, makeImage } from './update/leader.ts';
import { deferForExcluded, prepareAll, rollOut, tryCanary } from './update/roll-out.ts';
import type { Update } from './update/update.ts';

export interface FleetUpdateResult {
  readonly outcome: 'updated' | 'nothing-new' | 'skipped' | 'aborted';
  readonly image: Proof<'image'> | null;
  /** How many followers run the image, and for how many it is deferred. */
  readonly updated: number;
  readonly deferred: number;
}

/**
 * R2 and R8: updates the leader (or a person reinstalls it), images it, and rolls the image out to the followers. In a
 * semester the hosts have no sessions, and the canary boots before the roll-out gate. Between semesters sessions end
 * only after the approval and a mail to every member; then the canary boots, and the gate asks about its health in
 * another round.
 */
export async function fleetUpdate(input: FleetUpdateInput): Promise<FleetUpdateResult> {
  const alone = input.parent === undefined;
  const operator = installOperatorContext({
    ...input,
    kind: 'update',
    phase: 'update',
    name: alone ? input.name : myId(),
  });
  let leader: string | undefined;
  let fleet: Grant | undefined;
  try {
    return await operator.run<FleetUpdateResult>(
      async () => {
        if (alone) fleet = await holdFleet(operator, input);
        const site = await readSite(operator, input.site, 'update');
        leader = input.leader ?? site.leader;
        for (;;) {
          const update = await begin(operator, input, site, leader); //     R2, R8 on the leader
          if (update === null) return { outcome: 'skipped', image: null, updated: 0, deferred: 0 };
          const { canaryHost, image } = update;
          const changed = image.facts.changes > 0 && update.followers.length > 0;
          if (changed) {
            await prepareAll(update); //                                R8: received while people work
            if (canaryHost && !alone) await tryCanary(update, canaryHost);
          }
          // Without changes the gate does not ask, and no host reboots.
          let verdict = await askForRollout(update);
          if (verdict === 'empty') return resultOf(update, 'nothing-new');
          if (verdict === 'approved' && alone) await announce(update);
          while (verdict === 'approved' && canaryHost && !update.canary) {
            await tryCanary(update, canaryHost);
            verdict = await askForRollout(update);
          }
          // An approval that has ended is asked for anew, also if there is nothing to boot any more.
          while (verdict !== 'retried' && !(await finish(update))) verdict = await askForRollout(update, true); // R8
          // A fault of the image is fixed on the leader: check and image it again.
          if (verdict === 'retried') continue;
          await pruneImages(update);
          return resultOf(update, 'updated');
        }
      },
      async () => {
        if (leader) await quick.tidyHost({ workflow: myRun(), host: leader }).catch(() => undefined);
        return { outcome: 'aborted', image: null, updated: 0, deferred: 0 };
      },
    );
  } finally {
    await fleet?.release();
  }
}

/** Holds the site until the end of the update: no semester may lock out, wipe or update in the meantime. */
async function holdFleet(operator: OperatorContext, { site }: FleetUpdateInput): Promise<Grant> {
  const { result } = await runStep(operator, { name: 'hold-site', phase: 'update' }, () =>
    requestGrant(operator, 'site', site, site, 'update'),
  );
  return result;
}

/** Updates and images the leader, and plans the order of the followers. Null if approvers skipped the update. */
async function begin(
  operator: OperatorContext,
  input: FleetUpdateInput,
  site: SiteView,
  leader: string,
): Promise<Update | null> {
  const followers = site.hosts.filter((host) => host !== leader);
  const fleet = newFleet(leader, followers);
  operator.state.fleet = fleet;
  const prepared = await prepareLeader(operator, input, site, leader);
  const image = prepared ? await makeImage(operator, input, leader, followers) : null;
  if (image === null) return null;
  fleet.image = image.facts.name;
  const canaryHost = canaryOf(followers, site.rollout.canary);
  const others = followers.filter((host) => host !== canaryHost);
  const waves = wavesOf(others, followers.length, site.rollout.waves);
  return { operator, input, site, leader, followers, image, fleet, waves, canaryHost, canary: null, tries: new Map() };
}

/** Rolls out on all others. Returns false if the approval has ended. */
const finish = async (update: Update): Promise<boolean> => (await rollOut(update)) && (await deferForExcluded(update));

async function askForRollout(update: Update, askEmpty = false): Promise<'approved' | 'empty' | 'retried'> {
  const { operator, input, site, leader, image, followers, canaryHost, waves } = update;
  const plan = async () => {
    const { canary } = update;
    // A canary that has not booted yet is the first wave.
    const all = canaryHost && !canary ? [[canaryHost], ...waves] : waves;
    const planned = await quick.planRollout({ leader, image, followers, canary, waves: all });
    const { plan: made } = planned;
    if (input.parent !== undefined || made.empty || canary) return planned;
    const warnings = await quick.describeDisturbance({ hosts: followers, after: now() });
    return { ...planned, plan: { ...made, warnings: [...made.warnings, ...warnings] } };
  };
  const { kind } = await gate(operator, 'rollout', { phase: 'update', site, plan, askEmpty, retryAbove: true });
  return kind === 'approved' || kind === 'empty' ? kind : 'retried';
}

/** Deletes images that no host needs; the leader determines which. */
const pruneImages = ({ operator, input, leader }: Update) =>
  runStep(operator, { name: 'prune-images', phase: 'update', skippable: true }, (ref) =>
    holdingHost(operator, leader, input.site, 'old images', () => long.pruneImages({ ref, leader })),
  );

function resultOf({ fleet, image }: Update, outcome: 'updated' | 'nothing-new'): FleetUpdateResult {
  const [updated, deferred] = [inState(fleet, 'updated').length, inState(fleet, 'deferred').length];
  return { outcome, image, updated, deferred };
}
