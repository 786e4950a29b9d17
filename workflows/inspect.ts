import { isCancellation } from '@temporalio/workflow';
import type { HostResult } from '../activities/hosts/gpu/contract.ts';
import type { Inspected, InspectInput } from '../activities/inspections.ts';
import { reasonOf } from './operator/steps.ts';
import { interactive, quick, thorough } from './policies.ts';

/**
 * Serves CLI commands, because the CLI talks to Temporal only. It reads, and makes small changes that a person
 * requests: `doctor --fix`, pinning a host key, opening logins that an abort left closed.
 */
export async function inspect(input: InspectInput): Promise<Inspected> {
  switch (input.kind) {
    case 'plan':
      return interactive.readPlanPage(input);
    case 'accounts':
      return quick.lookAccounts(input);
    case 'signer':
      return interactive.checkSigner(input);
    case 'mails':
      return interactive.listMails(input);
    case 'applications':
      return interactive.listApplicants(input);
    case 'backups':
      return interactive.showBackups(input);
    case 'preview':
      return interactive.previewMail(input);
    case 'gpus':
      return Promise.all(input.hosts.map(gpusOf));
    case 'gpu-holders':
      return interactive.gpuHolders(input);
    case 'images':
      return interactive.lookImages(input);
    case 'open-logins':
      return quick.openLogins({ hosts: [input.host] });
    case 'site':
      return interactive.readSite(input);
    case 'calendar':
      return interactive.readCalendar(input);
    case 'doctor':
      return thorough.doctor(input);
    case 'host-keys':
      return interactive.offeredHostKeys(input);
    case 'trust':
      return interactive.pinHostKey(input);
    case 'rehearse':
      return thorough.rehearseGate(input);
  }
}

/** A host that does not answer does not hide the GPUs of the others. */
async function gpusOf(host: string): Promise<HostResult> {
  try {
    return await interactive.lookAtGpus({ host });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { host, problem: reasonOf(error).replace(/^[A-Z]\w+: /, '') };
  }
}
