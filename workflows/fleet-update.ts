import type { FleetUpdateInput } from '../domain/semester.ts';
import type { ImageProof } from '../domain/proof.ts';
import type { SiteView } from '../domain/site.ts';
import { canaryOf, wavesOf } from '../domain/waves.ts';
import { installDesk, type Desk } from './desk/desk.ts';
import { inState, newFleet } from './desk/fleet.ts';
import { gate } from './desk/gates.ts';
import { myId, myRun } from './desk/state.ts';
import { planning, skippable } from './desk/steps.ts';
import { holdingHost } from './grants.ts';
import { long, quick } from './policies.ts';
import { bringUp, makeImage } from './update/leader.ts';
import { prepareAll, rollOut, tryCanary } from './update/roll-out.ts';
import type { Update } from './update/update.ts';

export interface FleetUpdateResult {
  readonly outcome: 'updated' | 'nothing-new' | 'aborted';
  readonly image: ImageProof | null;
  /** How many followers run it, and how many are owed it. */
  readonly updated: number;
  readonly owed: number;
}

/** R2 and R8: one server to its latest packages (or reinstalled by hand), its image, then all the others. */
export async function fleetUpdate(input: FleetUpdateInput): Promise<FleetUpdateResult> {
  const desk = installDesk({ ...input, kind: 'update', phase: 'update', name: input.parent ? myId() : input.name });
  let leader: string | undefined;
  return desk.run<FleetUpdateResult>(
    async () => {
      const site = await planning(desk, 'read-site', () => quick.readSite({ site: input.site }));
      desk.meet(site);
      leader = input.leader ?? site.leader;
      for (;;) {
        const update = await begin(desk, input, site, leader); //   R2, R8 on the leader
        const canary = canaryOf(update.followers, site.rollout.canary);
        if (isNew(update)) {
          await prepareAll(update); //                              R8: received while people work
          if (canary) await tryCanary(update, canary);
        }
        const verdict = await askForRollout(update);
        if (verdict === 'empty') return { outcome: 'nothing-new', image: update.image, updated: 0, owed: 0 };
        // Whatever was wrong with the image is mended on the leader: it is looked at again, and imaged anew.
        if (verdict === 'retried') continue;
        await rollOut(update); //                                   R8 on all others
        await pruneOld(update);
        return resultOf(update);
      }
    },
    async () => {
      if (leader) await quick.tidyHost({ workflow: myRun(), host: leader }).catch(() => undefined);
      return { outcome: 'aborted', image: null, updated: 0, owed: 0 };
    },
  );
}

/** The leader's new root as an image, and who gets it in which order. */
async function begin(desk: Desk, input: FleetUpdateInput, site: SiteView, leader: string): Promise<Update> {
  const followers = site.hosts.filter((host) => host !== leader);
  const fleet = newFleet(leader, followers);
  desk.state.fleet = fleet;
  await bringUp(desk, input, site, leader);
  const image = await makeImage(desk, input, leader, followers);
  fleet.image = image.facts.name;
  const canary = canaryOf(followers, site.rollout.canary);
  const others = followers.filter((host) => host !== canary);
  const waves = wavesOf(others, followers.length, site.rollout.waves);
  return { desk, input, site, leader, followers, image, fleet, waves, canary: null, tries: new Map() };
}

/** Where nothing has changed nobody is asked, and no host reboots for it. */
const isNew = ({ image, followers }: Update) => image.facts.changes > 0 && followers.length > 0;

async function askForRollout(update: Update): Promise<'approved' | 'empty' | 'retried'> {
  const { desk, site, leader, image, followers, waves } = update;
  const plan = () => quick.planRollout({ leader, image, followers, canary: update.canary, waves });
  const { kind } = await gate(desk, 'rollout', { site, plan, retryAbove: true });
  return kind === 'approved' || kind === 'empty' ? kind : 'retried';
}

/** Images that nobody needs any more; which they are, the leader knows. */
const pruneOld = ({ desk, input, leader }: Update) =>
  skippable(desk, 'prune-images', (ref) =>
    holdingHost(desk, leader, input.site, 'old images', () => long.pruneImages({ ref, leader })),
  );

function resultOf({ fleet, image }: Update): FleetUpdateResult {
  const [updated, owed] = [inState(fleet, 'updated').length, inState(fleet, 'owed').length];
  return { outcome: 'updated', image, updated, owed };
}
