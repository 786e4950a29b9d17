import type { Inspected, InspectInput } from '../activities/inspections.ts';
import { glance, quick, thorough } from './policies.ts';

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
