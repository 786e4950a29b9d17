import type { Handlers } from '../../domain/handlers.ts';
import type { AuthorityOf } from '../../domain/authority.ts';
import { accessAuthority, type AccessActivities } from './access/contract.ts';
import { backupAuthority, type BackupActivities } from './backup/contract.ts';
import { dockerAuthority, type DockerActivities } from './docker/contract.ts';
import { gpuAuthority, type GpuActivities } from './gpu/contract.ts';
import { imageAuthority, type ImageActivities } from './image/contract.ts';
import { jobAuthority, type JobActivities } from './jobs/contract.ts';
import { leaderAuthority, type LeaderActivities } from './leader/contract.ts';
import { maintenanceAuthority, type MaintenanceActivities } from './maintenance/contract.ts';
import { replicaAuthority, type ReplicaActivities } from './replica/contract.ts';
import { restoreAuthority, type RestoreActivities } from './restore/contract.ts';
import { rollbackAuthority, type RollbackActivities } from './rollback/contract.ts';
import { rolloutAuthority, type RolloutActivities } from './rollout/contract.ts';
import { rootAuthority, type RootActivities } from './root/contract.ts';
import { wipeAuthority, type WipeActivities } from './wipe/contract.ts';

/** R2 to R5, R7's Docker ranges, R8 and R9: what happens on the hosts, room by room. */
export type HostActivities = Handlers<
  AccessActivities &
    BackupActivities &
    DockerActivities &
    GpuActivities &
    ImageActivities &
    JobActivities &
    LeaderActivities &
    MaintenanceActivities &
    ReplicaActivities &
    RestoreActivities &
    RollbackActivities &
    RolloutActivities &
    RootActivities &
    WipeActivities
>;

/** The authority that each activity needs. */
export const hostAuthority = {
  ...accessAuthority,
  ...backupAuthority,
  ...dockerAuthority,
  ...gpuAuthority,
  ...imageAuthority,
  ...jobAuthority,
  ...leaderAuthority,
  ...maintenanceAuthority,
  ...replicaAuthority,
  ...restoreAuthority,
  ...rollbackAuthority,
  ...rolloutAuthority,
  ...rootAuthority,
  ...wipeAuthority,
} as const satisfies AuthorityOf<HostActivities>;
