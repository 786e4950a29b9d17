import type { Lab, LabOptions } from '../../../lab/lab.ts';
import { startLab } from '../../../lab/lab.ts';
import { loadSite } from '../../../config/load.ts';
import type { Language } from '../../../domain/names.ts';
import type { Site } from '../../../domain/site.ts';
import { createDoctorActivities } from '../../../activities/doctor/activities.ts';
import type { DoctorSecrets } from '../../../activities/doctor/secrets.ts';
import type { DoctorCheck } from '../../../activities/doctor/contract.ts';
import { createRemote } from '../../../activities/hosts/remote/ssh.ts';
import { createIdServer } from '../../../activities/id-server/client.ts';
import { createSurveys } from '../../../activities/survey/source.ts';
import { temporaryStore } from '../../support/store.ts';

/** What a test changes in the doctor's dependencies. */
export interface DoctorCase {
  readonly fix?: boolean;
  readonly language?: Language;
  readonly secrets?: Partial<DoctorSecrets>;
  readonly site?: (site: Site) => Site;
  readonly clock?: () => Date;
}

/** The secrets of a lab, in the worker's format. */
export const secretsOf = (lab: Lab) => ({
  sshKey: lab.secrets['SEMESTER_SSH_KEY'],
  sshPassword: lab.secrets['SEMESTER_SSH_PASSWORD'],
  idPassword: lab.secrets['SEMESTER_ID_PASSWORD'],
  idDatabaseUrl: lab.secrets['SEMESTER_ID_DATABASE_URL'],
  payloadKeys: lab.secrets['SEMESTER_PAYLOAD_KEYS'],
});

/** A lab with a doctor. Each call opens its own connections. */
export async function startDoctor(options: LabOptions) {
  const lab = await startLab({ busy: false, ...options });
  const store = await temporaryStore();
  async function withDoctor<T>(
    { secrets: other, site: change = (site) => site, clock = () => new Date() }: DoctorCase,
    work: (doctor: ReturnType<typeof createDoctorActivities>) => Promise<T>,
  ): Promise<T> {
    const site = async () => change(await loadSite(lab.siteFile));
    const secrets = { ...secretsOf(lab), ...other };
    const remote = createRemote({ site, secrets });
    const idServer = createIdServer({ site, password: secrets.idPassword, databaseUrl: secrets.idDatabaseUrl });
    try {
      const surveys = createSurveys({ secrets, store, clock });
      return await work(createDoctorActivities({ site, secrets, store, idServer, surveys, remote, clock }));
    } finally {
      await remote.close();
    }
  }
  return {
    lab,
    withDoctor,
    /** The rows that are not ok: `login asahi: wrong`. */
    async look(a: DoctorCase = {}): Promise<readonly DoctorCheck[]> {
      const { checks } = await withDoctor(a, (doctor) =>
        doctor.doctor({ site: 'lab', fix: a.fix ?? false, language: a.language ?? 'en' }),
      );
      return checks;
    },
    async stop() {
      await store.close();
      await lab.down();
    },
  };
}

/** `login asahi` → its row; the test fails if the row is missing. */
export function rowOf(checks: readonly DoctorCheck[], check: string, where?: string): DoctorCheck {
  const row = checks.find((one) => one.check === check && (where === undefined || one.where === where));
  if (!row) throw new Error(`no row ${check} ${where}: ${checks.map((one) => `${one.check} ${one.where}`).join(', ')}`);
  return row;
}
