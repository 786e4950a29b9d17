import type { DoctorReport, HostKeys } from '../activities/doctor/types.ts';
import type { MailPreview, PreviewActivities } from '../activities/mail/types.ts';
import type { RehearsedGate } from '../activities/rehearse/types.ts';
import type {
  ApplicantPage,
  BackupTable,
  HostGpus,
  HostImage,
  MailPage,
  PlanPage,
  SampledHosts,
} from '../activities/types.ts';
import type { Gate } from '../domain/names.ts';
import type { Proof } from '../domain/proof.ts';
import type { Calendar, Semester } from '../domain/semester.ts';
import type { SiteView } from '../domain/site.ts';
import { glance, quick, thorough } from './policies.ts';

export type InspectInput =
  | { readonly kind: 'plan'; readonly digest: string; readonly page: number }
  | { readonly kind: 'mails'; readonly semester: string; readonly plan?: string; readonly page: number }
  | { readonly kind: 'applications'; readonly semester: string; readonly page: number }
  | { readonly kind: 'backups' }
  | ({ readonly kind: 'preview' } & Parameters<PreviewActivities['previewMail']>[0])
  | { readonly kind: 'gpus'; readonly host: string }
  | { readonly kind: 'gpu-holders' }
  | { readonly kind: 'images'; readonly hosts: readonly string[] }
  | { readonly kind: 'open-logins'; readonly host: string }
  | { readonly kind: 'site'; readonly site: string }
  | { readonly kind: 'calendar'; readonly semester: Semester }
  | { readonly kind: 'doctor'; readonly site: string; readonly fix: boolean }
  | { readonly kind: 'host-keys'; readonly host: string }
  | { readonly kind: 'trust'; readonly host: string; readonly fingerprint: string; readonly replace: boolean }
  | { readonly kind: 'rehearse'; readonly semester: Semester; readonly calendar: Calendar; readonly gate: Gate };

export type Inspected =
  | PlanPage
  | MailPage
  | ApplicantPage
  | BackupTable
  | MailPreview
  | HostGpus
  | SampledHosts
  | readonly HostImage[]
  | SiteView
  | Calendar
  | DoctorReport
  | HostKeys
  | Proof
  | RehearsedGate;

/**
 * How the CLI looks at something: it talks to Temporal only. Reads, and writes what a person asks for on the spot: a doctor's
 * `fix`, a pinned host key, logins that an abort left closed.
 */
export async function inspect(input: InspectInput): Promise<Inspected> {
  switch (input.kind) {
    case 'plan':
      return glance.readPlanPage(input);
    case 'mails':
      return glance.listMails(input);
    case 'applications':
      return glance.listApplicants(input);
    case 'backups':
      return glance.showBackups(input);
    case 'preview':
      return glance.previewMail(input);
    case 'gpus':
      return glance.lookAtGpus(input);
    case 'gpu-holders':
      return glance.gpuHolders(input);
    case 'images':
      return glance.lookImages(input);
    case 'open-logins':
      return quick.openLogins({ hosts: [input.host] });
    case 'site':
      return glance.readSite(input);
    case 'calendar':
      return glance.readCalendar(input);
    case 'doctor':
      return thorough.doctor(input);
    case 'host-keys':
      return glance.offeredHostKeys(input);
    case 'trust':
      return glance.pinHostKey(input);
    case 'rehearse':
      return thorough.rehearseGate(input);
  }
}
