import type { Client } from '@temporalio/client';
import type { Decision, DecisionResult } from '../domain/messages.ts';
import type { Gate } from '../domain/names.ts';
import type { Status } from '../domain/status.ts';

/** Who decides; alice starts what is measured. */
const DECIDERS = ['bob', 'carol'];

/** Approves a gate that is open, with as many people as it needs, as the command line does; no signatures are asked for here. */
export async function approve(client: Client, workflowId: string, gate: Gate): Promise<void> {
  const workflow = client.workflow.getHandle(workflowId);
  const { gates } = await workflow.query<Status>('status');
  const open = gates.find((one) => one.gate === gate && one.state === 'open');
  if (!open?.plan) throw new Error(`${workflowId} has no open gate ${gate}`);
  const { round, needed, plan } = open;
  for (const by of DECIDERS.slice(0, needed)) {
    const decision: Decision = { verdict: 'approve', gate, round, digest: plan.digest, by };
    await workflow.executeUpdate<DecisionResult, [Decision]>('decide', { args: [decision] });
  }
}
