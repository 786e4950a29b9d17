import type { Site } from '../../domain/site.ts';
import type { Store } from '../store/store.ts';
import type { Remote } from './remote/remote.ts';

/** What the activities of R2 and R8 rest on. */
export interface UpdateDependencies {
  /** Reads site.yaml anew at each call. */
  readonly site: () => Promise<Site>;
  readonly remote: Remote;
  readonly store: Store;
  readonly clock: () => Date;
  /** How long a host may take to come back from a reboot, in milliseconds; default 20 minutes. */
  readonly rebootDeadlineMs?: number;
}
