import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Decision, DecisionResult } from '../../domain/messages.ts';
import type { Gate } from '../../domain/gates/index.ts';
import type { Status } from '../../domain/status.ts';

/** Approvers; alice starts what is measured. */
const DECIDERS = ['bob', 'carol'];

/** Approves a gate that is open, with as many people as it needs, as the command line does; no signatures are asked for here. */
export async function approve(client: Client, workflowId: string, gate: Gate): Promise<void> {
  const workflow = client.workflow.getHandle(workflowId);
  const { gates } = await workflow.query<Status>('status');
  const open = gates.find((one) => one.gate === gate && one.state === 'open');
  if (!open?.plan) throw new Error(`${workflowId} has no open gate ${gate}`);
  const { round, needed, plan } = open;
  for (const by of DECIDERS.slice(0, needed)) {
    const decision: Decision = { verdict: 'approve', gate, round, digest: plan.digest, by, waive: plan.waivable };
    await workflow.executeUpdate<DecisionResult, [Decision]>('decide', { args: [decision] });
  }
}

/**
 * The result of a workflow whose gates are approved as soon as they ask, also while its worker comes and goes. `abortAt`: it is
 * aborted as soon as one of these gates asks.
 * @throws Error naming the step that is parked, where one is.
 */
export async function approvedToTheEnd<T>(
  client: Client,
  handle: WorkflowHandle,
  gates: readonly Gate[],
  abortAt: readonly Gate[] = [],
): Promise<T> {
  let running = true;
  const result = (handle.result() as Promise<T>).finally(() => (running = false));
  result.catch(() => undefined);
  while (running) {
    // A worker that was killed is still asked for a moment: then there is no answer yet.
    const query = () => handle.query<Status>('status');
    const status = await client.connection.withDeadline(Date.now() + 3000, query).catch(() => null);
    const parked = status?.waitingFor.find(({ key }) => key.startsWith('attention:'));
    if (parked) throw new Error(`${handle.workflowId} is parked: ${parked.sentence} ${reasonsOf(status!)}`);
    const isOpen = (gate: Gate) => status?.waitingFor.some(({ key }) => key === `gate:${gate}`);
    if (abortAt.some(isOpen)) await handle.signal('abort', { by: DECIDERS[0], reason: 'this is the end' });
    const asks = gates.filter(isOpen);
    for (const gate of asks) await approve(client, handle.workflowId, gate).catch(() => undefined);
    await Promise.race([result.catch(() => undefined), sleep(100)]);
  }
  return await result;
}

const reasonsOf = ({ steps }: Status) =>
  steps.flatMap(({ step, reason }) => (reason ? [`${step}: ${reason}`] : [])).join('; ');
