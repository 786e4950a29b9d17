import type { HostActivities } from '../types.ts';
import { takeBackup } from './backup.ts';
import { showBackups } from './backups.ts';
import { agreeDockerRanges } from './docker-ranges.ts';
import { grantDocker } from './docker.ts';
import { drainHost, proveAbsence } from './drain.ts';
import { gpuUsers, lookAtGpus } from './gpus.ts';
import type { ExcludeActivities } from './types.ts';
import type { HostDeps } from './host-deps.ts';
import { openLogins } from './logins.ts';
import { planPrune, prune } from './prune.ts';
import { replicateBackup } from './replica.ts';
import { planRestore } from './restore-plan.ts';
import { restoreHomes } from './restore.ts';
import { tidyHost } from './tidy.ts';
import { measureUsage } from './usage.ts';
import { planWipe } from './wipe-plan.ts';
import { wipeDocker, wipeHomes } from './wipe.ts';

/** R3 to R5, R7's Docker grants and R9. */
export function createHostActivities(deps: HostDeps): Omit<HostActivities, 'mailRestored' | keyof ExcludeActivities> {
  return {
    measureUsage: measureUsage(deps),
    drainHost: drainHost(deps),
    proveAbsence: proveAbsence(deps),
    openLogins: openLogins(deps),
    takeBackup: takeBackup(deps),
    replicateBackup: replicateBackup(deps),
    planWipe: planWipe(deps),
    wipeHomes: wipeHomes(deps),
    wipeDocker: wipeDocker(deps),
    planPrune: planPrune(deps),
    prune: prune(deps),
    showBackups: showBackups(deps),
    planRestore: planRestore(deps),
    restoreHomes: restoreHomes(deps),
    gpuUsers: gpuUsers(deps),
    lookAtGpus: lookAtGpus(deps),
    agreeDockerRanges: agreeDockerRanges(deps),
    grantDocker: grantDocker(deps),
    tidyHost: tidyHost(deps),
  };
}
