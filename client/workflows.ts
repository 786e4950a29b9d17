import { WorkflowFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
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
import { semesterWorkflowId, TASK_QUEUE, type Gate } from '../domain/names.ts';
import type { Proof } from '../domain/proof.ts';
import type { Calendar, Semester } from '../domain/semester.ts';
import type { SiteView } from '../domain/site.ts';
import type { Status } from '../domain/status.ts';
import { CliError, EXIT } from './exit.ts';
import { noWorkerSentence, pollers } from './pollers.ts';

/** `2027-spring` means the semester of that name; anything with a slash is a workflow's id as it is. */
export const workflowIdOf = (name: string): string => (name.includes('/') ? name : semesterWorkflowId(name));

export const handleOf = (client: Client, name: string): WorkflowHandle => client.workflow.getHandle(workflowIdOf(name));

/** What `inspect` can be asked, and what it answers. */
export interface Inspections {
  plan: { ask: { digest: string; page: number }; answer: PlanPage };
  mails: { ask: { semester: string; plan?: string; page: number }; answer: MailPage };
  applications: { ask: { semester: string; page: number }; answer: ApplicantPage };
  preview: { ask: Parameters<PreviewActivities['previewMail']>[0]; answer: MailPreview };
  backups: { ask: Record<never, never>; answer: BackupTable };
  gpus: { ask: { host: string }; answer: HostGpus };
  'gpu-holders': { ask: Record<never, never>; answer: SampledHosts };
  images: { ask: { hosts: readonly string[] }; answer: readonly HostImage[] };
  'open-logins': { ask: { host: string }; answer: Proof };
  site: { ask: { site: string }; answer: SiteView };
  calendar: { ask: { semester: Semester }; answer: Calendar };
  doctor: { ask: { site: string; fix: boolean }; answer: DoctorReport };
  'host-keys': { ask: { host: string }; answer: HostKeys };
  trust: { ask: { host: string; fingerprint: string; replace: boolean }; answer: Proof };
  rehearse: { ask: { semester: Semester; calendar: Calendar; gate: Gate }; answer: RehearsedGate };
}

/** Looks that measure every home; all others end within minutes. */
const LONG: ReadonlySet<keyof Inspections> = new Set(['doctor', 'rehearse']);

/**
 * Has the worker look at something, by a short workflow of its own.
 * @throws CliError (4) when no worker runs; (1) with the worker's own sentence when it could not look.
 */
export async function inspect<K extends keyof Inspections>(
  client: Client,
  kind: K,
  ask: Inspections[K]['ask'],
): Promise<Inspections[K]['answer']> {
  const seen = await pollers(client);
  if (!seen.polling) throw new CliError(EXIT.notFound, noWorkerSentence(seen));
  try {
    return await client.workflow.execute('inspect', {
      taskQueue: TASK_QUEUE,
      workflowId: `inspect/${kind}/${randomUUID()}`,
      workflowRunTimeout: LONG.has(kind) ? '12 hours' : '5 minutes',
      staticSummary: `semester: look at ${kind}`,
      args: [{ kind, ...ask }],
    });
  } catch (error) {
    if (error instanceof WorkflowFailedError) throw new CliError(EXIT.failed, innermost(error));
    throw error;
  }
}

/** The sentence at the bottom of a chain of causes: the activity's own. */
export function innermost(error: Error): string {
  let inner = error;
  while (inner.cause instanceof Error) inner = inner.cause;
  return inner.message;
}

/** A deadline that tells a workflow without a worker from one that is slow. */
const QUERY_MS = 6_000;

/**
 * The query `status`; null when no worker answers it.
 * @throws WorkflowNotFoundError when there is no such workflow
 */
export async function queryStatus(client: Client, workflowId: string): Promise<Status | null> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    return await client.connection.withDeadline(Date.now() + QUERY_MS, () => handle.query<Status>('status'));
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowNotFoundError') throw error;
    if ((await pollers(client)).polling && !isDeadline(error)) throw error;
    return null;
  }
}

function isDeadline(error: unknown): boolean {
  return error instanceof Error && /DEADLINE|CANCELLED|deadline|timed out|no poller/i.test(innermost(error));
}
