import type { Gate } from '../domain/gates/index.ts';
import type { Proof } from '../domain/proof.ts';
import type { Calendar, Semester } from '../domain/semester.ts';
import type { SiteView } from '../domain/site.ts';
import type { DoctorActivities, DoctorReport, HostKeys } from './doctor/contract.ts';
import type { MailActivities, MailPreview } from './mail/contract.ts';
import type { RehearsedGate } from './rehearse/contract.ts';
import type { ApplicantPage } from './applications/contract.ts';
import type { BackupTable } from './hosts/backup/contract.ts';
import type { AccessActivities } from './hosts/access/contract.ts';
import type { HostResult, SampledHosts } from './hosts/gpu/contract.ts';
import type { HostImage } from './hosts/image/contract.ts';
import type { MailPage } from './mail/contract.ts';
import type { PlanPage } from './site/contract.ts';

/** The requests of the workflow `inspect` and their answers, shared with the command line. */
export interface Inspections {
  plan: { ask: { digest: string; page: number }; answer: PlanPage };
  accounts: {
    ask: Parameters<AccessActivities['lookAccounts']>[0];
    answer: Awaited<ReturnType<AccessActivities['lookAccounts']>>;
  };
  signer: { ask: { by: string; key: string }; answer: { refused: string | null } };
  mails: { ask: { semester: string; plan?: string; page: number }; answer: MailPage };
  applications: { ask: { semester: string; page: number }; answer: ApplicantPage };
  preview: { ask: Parameters<MailActivities['previewMail']>[0]; answer: MailPreview };
  backups: { ask: Record<never, never>; answer: BackupTable };
  gpus: { ask: { hosts: readonly string[] }; answer: readonly HostResult[] };
  'gpu-holders': { ask: Record<never, never>; answer: SampledHosts };
  images: { ask: { hosts: readonly string[] }; answer: readonly HostImage[] };
  'open-logins': { ask: { host: string }; answer: Proof<'logins-open'> };
  site: { ask: { site: string }; answer: SiteView };
  calendar: { ask: { semester: Semester }; answer: Calendar };
  doctor: { ask: Parameters<DoctorActivities['doctor']>[0]; answer: DoctorReport };
  'host-keys': { ask: { host: string }; answer: HostKeys };
  trust: { ask: { host: string; fingerprint: string; replace: boolean }; answer: Proof<'host-key'> };
  rehearse: { ask: { semester: Semester; calendar: Calendar; gate: Gate }; answer: RehearsedGate };
}

export type InspectInput = {
  [K in keyof Inspections]: { readonly kind: K } & Inspections[K]['ask'];
}[keyof Inspections];

export type Inspected = Inspections[keyof Inspections]['answer'];
