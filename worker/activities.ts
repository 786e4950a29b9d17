import type { Client } from '@temporalio/client';
import { createApplicationActivities } from '../activities/applications/activities.ts';
import { createApprovalActivities } from '../activities/approvals/activities.ts';
import { createDoctorActivities } from '../activities/doctor/activities.ts';
import { createActs, withAnnouncedMails, type Acts } from '../activities/epoch/epoch.ts';
import { withoutExcluded } from '../activities/site/excluded-hosts.ts';
import { createLockActivities } from '../activities/locks/activities.ts';
import { createHomepageActivities } from '../activities/homepage/activities.ts';
import { createHostAccounts } from '../activities/hosts/access/accounts.ts';
import { createHostActivities } from '../activities/hosts/activities.ts';
import { runningIn } from '../activities/hosts/remote/activity-context.ts';
import type { Remote } from '../activities/hosts/remote/remote.ts';
import { createRemote } from '../activities/hosts/remote/ssh.ts';
import { createIdServer } from '../activities/id-server/client.ts';
import { createDirectory } from '../activities/id-server/directory.ts';
import { createIdServerActivities } from '../activities/id-server/activities.ts';
import { createMailActivities } from '../activities/mail/activities.ts';
import { createMailTransport } from '../activities/mail/transport.ts';
import { createSiteActivities, viewOf } from '../activities/site/activities.ts';
import { createSurveys } from '../activities/survey/source.ts';
import { createRehearsalActivities } from '../activities/rehearse/activities.ts';
import type { Store } from '../activities/store/store.ts';
import type { Activities, Made } from '../activities/contract.ts';
import { lineageFrom } from '../activities/approvals/lineage.ts';
import { activitiesAfter, withAuthority } from '../activities/with-authority.ts';
import { withEpoch } from '../activities/with-epoch.ts';
import { withSite } from '../activities/with-site.ts';
import type { Site } from '../domain/site.ts';
import type { Secrets } from './secrets.ts';

/** Dependencies of the activities. */
export interface ActivityDependencies {
  /** Reads site.yaml; each call reads the file again. */
  readonly site: () => Promise<Site>;
  readonly store: Store;
  readonly secrets: Secrets;
  readonly clock: () => Date;
  readonly client: Client;
}

export interface WiredActivities {
  readonly activities: Activities;
  /** site.yaml without the excluded hosts. */
  readonly site: () => Promise<Site>;
  readonly remote: Remote;
  readonly acts: Acts;
  /** Closes the connections to the hosts. */
  close(): Promise<void>;
}

/** Creates all activities of a worker. Only this function knows every implementation. */
export function createActivities(deps: ActivityDependencies): WiredActivities {
  const { secrets, clock, client } = deps;
  const site = withoutExcluded(deps.site, deps.store);
  const remote = createRemote({ site, secrets });
  const acts = createActs({ site, store: deps.store, remote, clock });
  const store = withAnnouncedMails(deps.store, acts, runningIn);
  const idServer = createIdServer({ site, password: secrets.idPassword, databaseUrl: secrets.idDatabaseUrl });
  const directory = createDirectory({ site, databaseUrl: secrets.idDatabaseUrl });
  const accounts = createHostAccounts({ site, remote });
  const surveys = createSurveys({ secrets, store, clock });
  const transport = createMailTransport({ password: secrets.smtpPassword });
  const lineage = lineageFrom(client);
  const made: Made = {
    ...createApplicationActivities({ site, store, idServer, directory, accounts, surveys, transport, client, clock }),
    ...createApprovalActivities({
      site,
      store,
      client,
      clock,
      lineage,
      activitiesAfter,
      transport,
      webhookUrl: secrets.webhookUrl,
    }),
    ...createDoctorActivities({ site, secrets, store, idServer, surveys, remote, clock }),
    ...createHomepageActivities({ site, surveys, store, remote, clock, githubToken: secrets.githubToken }),
    ...createHostActivities({ site, store, remote, idServer, clock }),
    ...createIdServerActivities({ site, store, idServer, clock }),
    ...createLockActivities({ client }),
    ...createMailActivities({ site, store, transport, idServer, directory, clock }),
    ...createRehearsalActivities({ site, secrets, store, idServer, directory, surveys, clock }),
    ...createSiteActivities({ site, store }),
  };
  return {
    activities: withSite(withAuthority(withEpoch(made, acts), { site, store, clock, lineage }), async () =>
      viewOf(await site()),
    ),
    site,
    remote,
    acts,
    close: () => remote.close(),
  };
}
