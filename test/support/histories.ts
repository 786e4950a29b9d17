import type { Client } from '@temporalio/client';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { Made } from '../../activities/contract.ts';
import { breachOf, breachOfFailure, CONTRACTS } from './contract.ts';

const isHeld = (name: string): name is keyof Made => name in CONTRACTS;

/** What the activities of all workflows on a server have answered against their contracts, and how they failed. */
export async function breachesIn(client: Client): Promise<readonly string[]> {
  const { loadedDataConverter: converter } = client.options;
  const breaches = new Set<string | null>();
  for await (const { workflowId, runId } of client.workflow.list()) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const names = new Map<string, string>();
    for (const event of events ?? []) {
      const scheduled = event.activityTaskScheduledEventAttributes;
      if (scheduled) names.set(String(event.eventId), scheduled.activityType?.name ?? '');
      const completed = event.activityTaskCompletedEventAttributes;
      const failed = event.activityTaskFailedEventAttributes;
      const name = names.get(String((completed ?? failed)?.scheduledEventId));
      if (name === undefined) continue;
      if (!isHeld(name)) breaches.add(`${name} has no contract`);
      else if (failed) {
        breaches.add(breachOfFailure(name, await decodeOptionalFailureToOptionalError(converter, failed.failure)));
      } else {
        const [answer] = await decodeArrayFromPayloads(converter, completed?.result?.payloads);
        // As workflows get it, a plan comes with its site.
        const { plan } = (answer ?? {}) as { readonly plan?: unknown };
        breaches.add(breachOf(name, plan ?? answer));
      }
    }
  }
  return [...breaches].filter((one) => one !== null);
}
