import type { Site } from '../../domain/site.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import type { Store } from '../store/store.ts';
import type { Surveys } from '../survey/source.ts';
import type { Open } from './links.ts';

/** Dependencies of the activities of R6. */
export interface HomepageDependencies {
  readonly site: () => Promise<Site>;
  readonly surveys: Surveys;
  readonly store: Store;
  readonly remote: Pick<Remote, 'run'>;
  /** For `homepage.publish: pull-request`. */
  readonly githubToken?: string | undefined;
  readonly clock: () => Date;
  /** Opens the links of a post; tests pass a double. */
  readonly open?: Open;
}
