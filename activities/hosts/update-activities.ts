import type { ImageActivities } from './image/contract.ts';
import type { LeaderActivities } from './leader/contract.ts';
import type { RollbackActivities } from './rollback/contract.ts';
import type { RolloutActivities } from './rollout/contract.ts';
import type { RootActivities } from './root/contract.ts';
import { buildFullImage, buildImage } from './image/image.ts';
import { pruneImages } from './image/images.ts';
import { findNewer } from './image/deferred-image.ts';
import { leaderInstructions, reinstallInstructions } from './leader/instructions.ts';
import { checkLayout } from './root/layout.ts';
import { updateLeader } from './leader/leader.ts';
import { lookImages } from './root/look-images.ts';
import { prepareRoot } from './rollout/prepare.ts';
import { rebootHost } from './rollout/reboot.ts';
import { receiveImage } from './rollout/receive.ts';
import { rollBack } from './rollback/rollback.ts';
import { planRollout } from './rollout/rollout.ts';
import { switchRoot } from './rollout/switch.ts';
import type { UpdateDependencies } from './update-dependencies.ts';

export type UpdateActivities = ImageActivities &
  LeaderActivities &
  Pick<RollbackActivities, 'rollBack'> &
  RolloutActivities &
  RootActivities;

/** R2 and R8 on the hosts: update one, image it, and give the image to the others. */
export function createUpdateActivities(deps: UpdateDependencies): Pick<UpdateActivities, keyof UpdateActivities> {
  return {
    updateLeader: updateLeader(deps),
    leaderInstructions: leaderInstructions(deps),
    checkLayout: checkLayout(deps),
    reinstallInstructions: reinstallInstructions(deps),
    buildImage: buildImage(deps),
    buildFullImage: buildFullImage(deps),
    pruneImages: pruneImages(deps),
    planRollout: planRollout(deps),
    receiveImage: receiveImage(deps),
    prepareRoot: prepareRoot(deps),
    switchRoot: switchRoot(deps),
    rebootHost: rebootHost(deps),
    rollBack: rollBack(deps),
    lookImages: lookImages(deps),
    findNewer: findNewer(deps),
  };
}
