// Written by `npm run schema` from the contracts of the rooms.
import { lookAccounts } from './access/accounts.ts';
import { drainHost, proveAbsence } from './access/drain.ts';
import { excludeHost, includeHost, planExclude } from './access/exclude.ts';
import { openLogins } from './access/logins.ts';
import { takeBackup } from './backup/backup.ts';
import { showBackups } from './backup/backups.ts';
import { planPrune, prune } from './backup/prune.ts';
import type { HostActivities } from './contract.ts';
import type { HostDependencies } from './dependencies.ts';
import { agreeDockerRanges } from './docker/docker-ranges.ts';
import { grantDocker } from './docker/docker.ts';
import { gpuUsers, lookAtGpus } from './gpu/gpus.ts';
import { gpuHolders } from './gpu/samples.ts';
import { findNewer } from './image/deferred-image.ts';
import { buildFullImage, buildImage } from './image/image.ts';
import { pruneImages } from './image/images.ts';
import { tidyHost } from './jobs/tidy.ts';
import { leaderInstructions, reinstallInstructions } from './leader/instructions.ts';
import { updateLeader } from './leader/leader.ts';
import { awaitIdleGpus, describeDisturbance, findWindow, warnOfReboot } from './maintenance/maintenance.ts';
import { replicateBackup } from './replica/replica.ts';
import { planRestoreDocker, restoreDocker } from './restore/restore-docker.ts';
import { planRestore } from './restore/restore-plan.ts';
import { restoreHomes } from './restore/restore.ts';
import { hostsToRollBack, planRollBack } from './rollback/rollback-plan.ts';
import { rollBack } from './rollback/rollback.ts';
import { prepareRoot } from './rollout/prepare.ts';
import { rebootHost } from './rollout/reboot.ts';
import { receiveImage } from './rollout/receive.ts';
import { planRollout } from './rollout/rollout.ts';
import { switchRoot } from './rollout/switch.ts';
import { checkLayout } from './root/layout.ts';
import { lookImages } from './root/look-images.ts';
import { measureUsage } from './wipe/usage.ts';
import { planWipe } from './wipe/wipe-plan.ts';
import { endWipe, wipeDocker, wipeHomes } from './wipe/wipe.ts';

/** R2 to R5, R7's Docker ranges, R8 and R9: everything that happens on the hosts, room by room. */
export function createHostActivities(dependencies: HostDependencies): HostActivities {
  return {
    lookAccounts: lookAccounts(dependencies),
    drainHost: drainHost(dependencies),
    proveAbsence: proveAbsence(dependencies),
    excludeHost: excludeHost(dependencies),
    includeHost: includeHost(dependencies),
    planExclude: planExclude(dependencies),
    openLogins: openLogins(dependencies),
    takeBackup: takeBackup(dependencies),
    showBackups: showBackups(dependencies),
    planPrune: planPrune(dependencies),
    prune: prune(dependencies),
    agreeDockerRanges: agreeDockerRanges(dependencies),
    grantDocker: grantDocker(dependencies),
    gpuUsers: gpuUsers(dependencies),
    lookAtGpus: lookAtGpus(dependencies),
    gpuHolders: gpuHolders(dependencies),
    findNewer: findNewer(dependencies),
    buildFullImage: buildFullImage(dependencies),
    buildImage: buildImage(dependencies),
    pruneImages: pruneImages(dependencies),
    tidyHost: tidyHost(dependencies),
    leaderInstructions: leaderInstructions(dependencies),
    reinstallInstructions: reinstallInstructions(dependencies),
    updateLeader: updateLeader(dependencies),
    awaitIdleGpus: awaitIdleGpus(dependencies),
    describeDisturbance: describeDisturbance(dependencies),
    findWindow: findWindow(dependencies),
    warnOfReboot: warnOfReboot(dependencies),
    replicateBackup: replicateBackup(dependencies),
    planRestoreDocker: planRestoreDocker(dependencies),
    restoreDocker: restoreDocker(dependencies),
    planRestore: planRestore(dependencies),
    restoreHomes: restoreHomes(dependencies),
    hostsToRollBack: hostsToRollBack(dependencies),
    planRollBack: planRollBack(dependencies),
    rollBack: rollBack(dependencies),
    prepareRoot: prepareRoot(dependencies),
    rebootHost: rebootHost(dependencies),
    receiveImage: receiveImage(dependencies),
    planRollout: planRollout(dependencies),
    switchRoot: switchRoot(dependencies),
    checkLayout: checkLayout(dependencies),
    lookImages: lookImages(dependencies),
    measureUsage: measureUsage(dependencies),
    planWipe: planWipe(dependencies),
    endWipe: endWipe(dependencies),
    wipeDocker: wipeDocker(dependencies),
    wipeHomes: wipeHomes(dependencies),
  };
}
