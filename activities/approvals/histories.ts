import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { decodeHistory } from '../../codec/history.ts';
import { hostWorkflowId } from '../../domain/names.ts';
import type { AuditExport, Execution, HistoryEvent } from '../../signing/export-format.ts';
import {
  activitiesIn,
  attributesOf,
  childrenIn,
  nextRunIn,
  previousRunIn,
  signersIn,
} from '../../signing/export-format.ts';
import { beat } from '../hosts/remote/activity-context.ts';
import type { Store } from '../store/store.ts';

interface Execute {
  readonly workflow: string;
  readonly run: string;
}

/** A workflow, its later runs after continue-as-new, and all their children. */
export async function historiesWithChildren(client: Client, root: Execute): Promise<readonly Execution[]> {
  const found: Execution[] = [];
  const todo = [root];
  for (let one = todo.shift(); one; one = todo.shift()) {
    beat({ executions: found.length, next: one.workflow });
    const events = await historyOf(client, one);
    found.push({ ...one, events });
    const next = nextRunIn(events);
    if (next) todo.push({ workflow: one.workflow, run: next });
    todo.push(...childrenIn(events));
  }
  return found;
}

/** The runs of each `host/<name>` to which these executions deferred tasks: from the first such task until now. */
export async function historiesOfHosts(
  client: Client,
  executions: readonly Execution[],
): Promise<readonly Execution[]> {
  const since = new Map<string, number>();
  for (const { events } of executions)
    for (const { input, scheduledAt } of activitiesIn(events).filter(({ name }) => name === 'deferTask')) {
      const workflow = hostWorkflowId(String(input['host']));
      const at = Date.parse(events[scheduledAt]?.eventTime ?? '');
      since.set(workflow, Math.min(at, since.get(workflow) ?? Infinity));
    }
  const found: Execution[] = [];
  for (const [workflow, at] of since) {
    try {
      const { runId } = await client.workflow.getHandle(workflow).describe();
      for (let run: string | null = runId; run !== null;) {
        beat({ executions: found.length, next: workflow });
        const events = await historyOf(client, { workflow, run });
        found.push({ workflow, run, events });
        run = Date.parse(events[0]?.eventTime ?? '') > at ? previousRunIn(events) : null;
      }
    } catch (error) {
      // Temporal has deleted the history. The audit reports it as missing.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
  return found;
}

/** Ids that are safe inside a query of Temporal. */
const PLAIN_ID = /^[\w./@:+-]+$/;

/**
 * All runs of a workflow that had not ended before `since`, each with the workflows that started it and all their children. Empty if
 * Temporal knows none.
 */
export async function historiesOf(client: Client, id: string, since: string): Promise<readonly Execution[]> {
  const roots = new Map<string, Execute>();
  for (const run of await runsOf(client, id, since)) {
    const started = (await historyOf(client, { workflow: id, run }))[0]!;
    const { rootWorkflowExecution: root } = (attributesOf(started, 'workflowExecutionStarted') ?? {}) as {
      rootWorkflowExecution?: { workflowId: string; runId: string };
    };
    const top = root ? { workflow: root.workflowId, run: root.runId } : { workflow: id, run };
    roots.set(top.run, top);
  }
  const found: Execution[] = [];
  for (const root of roots.values()) found.push(...(await historiesWithChildren(client, root)));
  return found;
}

async function runsOf(client: Client, id: string, since: string): Promise<readonly string[]> {
  // The id comes from a host, where somebody else may have written it.
  if (!PLAIN_ID.test(id)) return [];
  const runs: string[] = [];
  for await (const { runId, closeTime } of client.workflow.list({ query: `WorkflowId = '${id}'` }))
    if (closeTime === undefined || closeTime >= new Date(since)) runs.push(runId);
  return runs;
}

/** Every version of the allowed-signers file against which these histories verified a signature. */
export async function signersOf(
  store: Pick<Store, 'getDocument'>,
  executions: readonly Execution[],
): Promise<AuditExport['allowedSigners']> {
  const digests = [...new Set(executions.flatMap(({ events }) => signersIn(events)))];
  return Promise.all(
    digests.map(async (digest) => {
      const { allowedSigners: text } = await store.getDocument<{ allowedSigners: string }>(digest);
      return { digest, text };
    }),
  );
}

/** Fetches a history and decrypts it, because an auditor has no key of the service. */
async function historyOf(client: Client, { workflow, run }: Execute): Promise<readonly HistoryEvent[]> {
  const history = await client.workflow.getHandle(workflow, run).fetchHistory();
  const { events } = JSON.parse(historyToJSON(history)) as { events: readonly HistoryEvent[] };
  return decodeHistory(events, inTurn(client.options.loadedDataConverter.payloadCodecs));
}

/** Codecs decode in the reverse order of encoding. */
const inTurn = (codecs: readonly PayloadCodec[]): PayloadCodec => ({
  encode: async (payloads) => payloads,
  async decode(payloads) {
    let decoded = payloads;
    for (const codec of codecs.toReversed()) decoded = await codec.decode(decoded);
    return decoded;
  },
});
