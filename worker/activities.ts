import type { Client } from '@temporalio/client';
import { createApplicationActivities } from '../activities/applications/activities.ts';
import { createNextSemesterActivities } from '../activities/applications/next.ts';
import { createApprovalActivities } from '../activities/approvals/activities.ts';
import { createDoctorActivities } from '../activities/doctor/activities.ts';
import { withoutExcluded } from '../activities/site/excluded-hosts.ts';
import { createGpuSampleActivities, startSampling } from '../activities/hosts/gpu/samples.ts';
import { createLockActivities } from '../activities/locks/activities.ts';
import { createHomepageActivities } from '../activities/homepage/activities.ts';
import { createMaintenanceActivities } from '../activities/hosts/maintenance/maintenance.ts';
import { createExcludeActivities } from '../activities/hosts/access/exclude.ts';
import { createHostActivities } from '../activities/hosts/activities.ts';
import { createRollBackPlan } from '../activities/hosts/rollback/rollback-plan.ts';
import { createRemote } from '../activities/hosts/remote/ssh.ts';
import { createUpdateActivities } from '../activities/hosts/update-activities.ts';
import { createIdServer } from '../activities/id-server/client.ts';
import { createDirectory } from '../activities/id-server/directory.ts';
import { createIdServerActivities } from '../activities/id-server/removal.ts';
import { createMailActivities } from '../activities/mail/activities.ts';
import { createRestoredMail } from '../activities/mail/restored.ts';
import { createPreviewActivities } from '../activities/mail/preview.ts';
import { createUpdateMail } from '../activities/mail/update-mail.ts';
import { createMailTransport } from '../activities/mail/transport.ts';
import { createSiteActivities, viewOf } from '../activities/site/activities.ts';
import { createSurveys } from '../activities/survey/source.ts';
import { createRehearsalActivities } from '../activities/rehearse/activities.ts';
import type { Store } from '../activities/store/store.ts';
import type { Activities, Made } from '../activities/contract.ts';
import { withSite } from '../activities/with-site.ts';
import type { Site } from '../domain/site.ts';
import type { Secrets } from './secrets.ts';

/** What every activity rests on. */
export interface ActivityDependencies {
  /** Reads site.yaml anew. */
  readonly site: () => Promise<Site>;
  readonly store: Store;
  readonly secrets: Secrets;
  readonly clock: () => Date;
  readonly client: Client;
  /** Hears why the GPUs could not be sampled. */
  readonly sampleFailed?: (error: unknown) => void;
}

export interface WiredActivities {
  readonly activities: Activities;
  /** Ends the connections to the hosts. */
  close(): Promise<void>;
}

/** Wires all activities of a worker: the one place that knows every implementation. */
export function createActivities(deps: ActivityDependencies): WiredActivities {
  const { store, secrets, clock, client, sampleFailed = () => {} } = deps;
  const site = withoutExcluded(deps.site, store);
  const remote = createRemote({ site, secrets });
  const idServer = createIdServer({ site, password: secrets.idPassword });
  const directory = createDirectory({ site, databaseUrl: secrets.idDatabaseUrl });
  const surveys = createSurveys({ secrets, store, clock });
  const transport = createMailTransport({ password: secrets.smtpPassword });
  const made: Made = {
    ...createSiteActivities({ site, store }),
    ...createMailActivities({ site, store, transport, idServer, directory, clock }),
    ...createIdServerActivities({ site, store, idServer, clock }),
    ...createHostActivities({ site, store, remote, clock }),
    ...createExcludeActivities({ site, store, remote, clock }),
    ...createRestoredMail({ site, store, transport, directory, clock }),
    ...createUpdateActivities({ site, store, remote, clock }),
    ...createMaintenanceActivities({ site, remote, idServer, clock }),
    ...createRollBackPlan({ site, remote, store }),
    ...createUpdateMail({ site, store, transport, idServer, directory, clock }),
    ...createHomepageActivities({ site, surveys, store, remote, clock, githubToken: secrets.githubToken }),
    ...createApplicationActivities({ site, store, idServer, directory, surveys, transport, clock }),
    ...createPreviewActivities({ site, store, directory }),
    ...createGpuSampleActivities({ site, store }),
    ...createNextSemesterActivities({ site, store, transport, client, clock }),
    ...createLockActivities({ client }),
    ...createApprovalActivities({ site, store, client, clock, webhookUrl: secrets.webhookUrl }),
    ...createDoctorActivities({ site, secrets, store, idServer, surveys, remote, clock }),
    ...createRehearsalActivities({ site, secrets, store, idServer, directory, surveys, clock }),
  };
  const sampling = startSampling({ site, store, remote, clock }, sampleFailed);
  return {
    activities: withSite(made, async () => viewOf(await site())),
    async close() {
      await Promise.all([sampling.stop(), remote.close()]);
    },
  };
}
