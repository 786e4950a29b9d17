import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { decodeHistory } from '../../codec/history.ts';
import { hostWorkflowId } from '../../domain/names.ts';
import { canonicalText, digestOf } from '../../domain/digest.ts';
import type { Site } from '../../domain/site.ts';
import type { AuditExport, Execution, HistoryEvent } from '../../signing/export-format.ts';
import { activitiesIn, childrenIn, nextRunIn, previousRunIn, signersIn } from '../../signing/export-format.ts';
import { readMessages } from '../../texts/messages.ts';
import { trashLeftBehind } from '../hosts/trash/places.ts';
import type { Store } from '../store/store.ts';
import type { ApprovalActivities } from './contract.ts';

export interface ExportDependencies {
  readonly site: () => Promise<Site>;
  readonly store: Pick<Store, 'getDocument' | 'getNamed'>;
  readonly client: Client;
  readonly clock: () => Date;
}

/** Writes the file for `semester audit`. It holds names, so that only the service's account can read it. */
export function exportHistory(dependencies: ExportDependencies): ApprovalActivities['exportHistory'] {
  return async ({ semester, workflow, run }) => {
    const site = await dependencies.site();
    const { stateDir } = site;
    const own = await withChildren(dependencies.client, { workflow, run });
    const executions = [...own, ...(await hostsOf(dependencies.client, own))];
    const digests = [...new Set(executions.flatMap(({ events }) => signersIn(events)))];
    const allowedSigners = await Promise.all(
      digests.map(async (digest) => {
        const { allowedSigners: text } = await dependencies.store.getDocument<{ allowedSigners: string }>(digest);
        return { digest, text };
      }),
    );
    const content = {
      format: 1,
      semester,
      workflow,
      run,
      at: dependencies.clock().toISOString(),
      executions,
      allowedSigners,
    };
    const exported: AuditExport = { ...content, format: 1, digest: digestOf(content) };

    const folder = path.join(stateDir, 'exports', encodeURIComponent(semester));
    const file = path.join(folder, `${run}.json`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const part = `${file}.${process.pid}.part`;
    await writeFile(part, `${canonicalText(exported)}\n`, { mode: 0o600, flush: true });
    await rename(part, file);
    const events = executions.reduce((sum, one) => sum + one.events.length, 0);
    const say = await readMessages(site, site.language);
    const left = (await trashLeftBehind(dependencies.store, site)).map(({ host, paths }) =>
      [say('doctor.trash.left', { host, paths: paths.join(', ') }), say('doctor.trash.leftRemedy', { host })].join(
        '. ',
      ),
    );
    return { file, digest: exported.digest, executions: executions.length, events, left };
  };
}

interface Execute {
  readonly workflow: string;
  readonly run: string;
}

/** A workflow, its later runs after continue-as-new, and all their children. */
async function withChildren(client: Client, root: Execute): Promise<readonly Execution[]> {
  const found: Execution[] = [];
  const todo = [root];
  for (let one = todo.shift(); one; one = todo.shift()) {
    Context.current().heartbeat({ executions: found.length, next: one.workflow });
    const events = await historyOf(client, one);
    found.push({ ...one, events });
    const next = nextRunIn(events);
    if (next) todo.push({ workflow: one.workflow, run: next });
    todo.push(...childrenIn(events));
  }
  return found;
}

/** The runs of each `host/<name>` to which these executions deferred tasks: from the first such task until now. */
async function hostsOf(client: Client, executions: readonly Execution[]): Promise<readonly Execution[]> {
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
        Context.current().heartbeat({ executions: found.length, next: workflow });
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
