import type { Site } from '../../domain/site.ts';
import type { Directory, IdServer } from '../id-server/types.ts';
import type { Store } from '../store/store.ts';
import type { MailTransport } from './transport.ts';

/** Dependencies of all mail activities. */
export interface MailDependencies {
  /** Reads site.yaml at each call. */
  readonly site: () => Promise<Site>;
  readonly store: Store;
  readonly transport: MailTransport;
  readonly idServer: Pick<IdServer, 'members' | 'implied'>;
  readonly directory: Directory;
  readonly clock: () => Date;
}
