import type { AccessActivities } from './access/contract.ts';
import type { BackupActivities } from './backup/contract.ts';
import type { DockerActivities } from './docker/contract.ts';
import type { GpuActivities } from './gpu/contract.ts';
import type { JobActivities } from './jobs/contract.ts';
import type { ReplicaActivities } from './replica/contract.ts';
import type { RestoreActivities } from './restore/contract.ts';
import type { WipeActivities } from './wipe/contract.ts';
import { takeBackup } from './backup/backup.ts';
import { showBackups } from './backup/backups.ts';
import { agreeDockerRanges } from './docker/docker-ranges.ts';
import { grantDocker } from './docker/docker.ts';
import { drainHost, proveAbsence } from './access/drain.ts';
import { gpuUsers, lookAtGpus } from './gpu/gpus.ts';
import type { HostDependencies } from './dependencies.ts';
import { openLogins } from './access/logins.ts';
import { planPrune, prune } from './backup/prune.ts';
import { replicateBackup } from './replica/replica.ts';
import { planRestore } from './restore/restore-plan.ts';
import { restoreHomes } from './restore/restore.ts';
import { tidyHost } from './jobs/tidy.ts';
import { measureUsage } from './wipe/usage.ts';
import { planWipe } from './wipe/wipe-plan.ts';
import { wipeDocker, wipeHomes } from './wipe/wipe.ts';

type CoreActivities = Omit<AccessActivities, 'planExclude' | 'excludeHost' | 'includeHost'> &
  BackupActivities &
  DockerActivities &
  GpuActivities &
  JobActivities &
  ReplicaActivities &
  RestoreActivities &
  WipeActivities;

/** R3 to R5, R7's Docker grants and R9. */
export function createHostActivities(deps: HostDependencies): Pick<CoreActivities, keyof CoreActivities> {
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
