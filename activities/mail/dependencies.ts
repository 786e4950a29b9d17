import type { Site } from '../../domain/site.ts';
import type { Directory, IdServer } from '../id-server/types.ts';
import type { Store } from '../store/store.ts';
import type { MailTransport } from './transport.ts';

/** What the activities of R1 and all other mails need. */
export interface MailDependencies {
  /** Reads site.yaml anew at each call. */
  readonly site: () => Promise<Site>;
  readonly store: Store;
  readonly transport: MailTransport;
  readonly idServer: Pick<IdServer, 'members'>;
  readonly directory: Directory;
  readonly clock: () => Date;
}
