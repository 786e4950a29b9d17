import type { UpdateActivities } from '../types.ts';
import { buildFullImage, buildImage } from './image.ts';
import { pruneImages } from './images.ts';
import { findNewer } from './owed-image.ts';
import { leaderInstructions, reinstallInstructions } from './instructions.ts';
import { checkLayout } from './layout.ts';
import { updateLeader } from './leader.ts';
import { lookImages } from './look-images.ts';
import { prepareRoot } from './prepare.ts';
import { rebootHost } from './reboot.ts';
import { receiveImage } from './receive.ts';
import { rollBack } from './roll-back.ts';
import { planRollout } from './rollout.ts';
import { swapRoot } from './swap.ts';
import type { UpdateDeps } from './update-deps.ts';

/** R2 and R8 on the hosts: update one, image it, and give the image to the others. */
export function createUpdateActivities(deps: UpdateDeps): UpdateActivities {
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
    swapRoot: swapRoot(deps),
    rebootHost: rebootHost(deps),
    rollBack: rollBack(deps),
    lookImages: lookImages(deps),
    findNewer: findNewer(deps),
  };
}
