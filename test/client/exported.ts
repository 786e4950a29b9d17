import { digestOf } from '../../domain/digest.ts';
import type { AuditExport, Execution } from '../../signing/export-format.ts';

const payloads = (value: unknown) => ({ payloads: [{ data: Buffer.from(JSON.stringify(value)).toString('base64') }] });
const AT = '2027-02-01T00:00:00.000Z';

/** What a history holds: the call of an activity, or a message. `at` and `until` are when it began and ended. */
export type Part =
  | {
      readonly activity: string;
      readonly input?: unknown;
      /** Undefined: it failed. */
      readonly result?: unknown;
      readonly at?: string;
      /** Null: it has not ended. */
      readonly until?: string | null;
    }
  | { readonly signal: string; readonly input: unknown; readonly at?: string };

/** One run's history in Temporal's JSON format. */
export function historyOf(
  about: { readonly workflow: string; readonly run: string; readonly type?: string; readonly input?: unknown },
  parts: readonly Part[],
): Execution {
  const events: { eventId: string; eventTime: string; eventType: string }[] = [];
  const add = (eventTime: string, attributes: object) => {
    events.push({ eventId: String(events.length + 1), eventTime, eventType: '', ...attributes });
    return events.length;
  };
  add(AT, {
    workflowExecutionStartedEventAttributes: {
      workflowType: { name: about.type ?? 'semester' },
      firstExecutionRunId: about.run,
      input: payloads(about.input ?? {}),
    },
  });
  for (const part of parts) {
    const at = part.at ?? AT;
    if ('signal' in part) {
      add(at, {
        workflowExecutionSignaledEventAttributes: { signalName: part.signal, input: payloads(part.input) },
      });
      continue;
    }
    const { activity: name, input = {}, result, until = at } = part;
    const scheduledEventId = String(
      add(at, { activityTaskScheduledEventAttributes: { activityType: { name }, input: payloads(input) } }),
    );
    if (until === null) continue;
    add(
      until,
      result === undefined
        ? { activityTaskFailedEventAttributes: { scheduledEventId } }
        : { activityTaskCompletedEventAttributes: { scheduledEventId, result: payloads(result) } },
    );
  }
  return { workflow: about.workflow, run: about.run, events };
}

/** An export of these histories; the first one is the semester. */
export function exportOf(executions: readonly Execution[], signers: readonly string[] = []): AuditExport {
  const [{ workflow, run } = { workflow: '', run: '' }] = executions;
  const content = {
    format: 1 as const,
    semester: '2027-spring',
    workflow,
    run,
    at: '2027-02-02T00:00:00.000Z',
    executions,
    allowedSigners: signers.map((text) => ({ digest: digestOf({ allowedSigners: text }), text })),
  };
  return { ...content, digest: digestOf(content) };
}
