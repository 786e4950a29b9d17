import type { Handlers } from '../../domain/handlers.ts';
import type { AccessActivities } from './access/contract.ts';
import type { BackupActivities } from './backup/contract.ts';
import type { DockerActivities } from './docker/contract.ts';
import type { GpuActivities } from './gpu/contract.ts';
import type { ImageActivities } from './image/contract.ts';
import type { JobActivities } from './jobs/contract.ts';
import type { LeaderActivities } from './leader/contract.ts';
import type { MaintenanceActivities } from './maintenance/contract.ts';
import type { ReplicaActivities } from './replica/contract.ts';
import type { RestoreActivities } from './restore/contract.ts';
import type { RollbackActivities } from './rollback/contract.ts';
import type { RolloutActivities } from './rollout/contract.ts';
import type { RootActivities } from './root/contract.ts';
import type { WipeActivities } from './wipe/contract.ts';

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
