import type { Client } from '@temporalio/client';
import { PHASES } from '../../domain/names.ts';
import type { GateStatus, Status, StepStatus } from '../../domain/status.ts';
import { dim, green, heading, red, say, yellow } from './ui.ts';

const TITLES: Readonly<Record<Status['phase'], string>> = {
  notice: 'Notice: everybody is told the deadline, and again when it has passed (R1)',
  'waiting-for-site': 'The site is taken: no second semester may touch it meanwhile',
  lockout: 'Lockout: the members leave the GPU group (R1)',
  drain: 'Drain: sessions that remain are ended, on every host (R3)',
  backup: 'Backup: a read-only snapshot of every home (R4)',
  wipe: 'Wipe: homes and Docker data, with the approval of two (R5)',
  prune: 'Prune: backups older than two quarters (R4)',
  update: 'Update: one server, its image, then all the others (R8)',
  reopen: 'Reopen: the form and the post (R6)',
  applications: 'Applications (R7)',
  report: 'Report',
  done: 'Finished',
  aborted: 'Aborted',
  idle: 'Idle',
};

/** What there is to know of a semester and all that runs below it. */
export interface View {
  readonly phase: Status['phase'];
  /** Gates that wait for people now, wherever they are asked. */
  readonly open: readonly GateStatus[];
  /** Steps that cannot go on by themselves. */
  readonly parked: readonly StepStatus[];
}

/** Follows a semester and prints each phase and each step with its proof, once. */
export function createFollower(client: Client, workflowId: string): { look(): Promise<View> } {
  const shown = new Set<string>();
  const entered = new Set<Status['phase']>();
  let children: readonly string[] = [];
  const query = (id: string) => client.workflow.getHandle(id).query<Status>('status');

  /** Everything below a workflow, parents first. One that ended since the last look is asked a last time. */
  async function below(id: string, seen: Map<string, Status>): Promise<void> {
    const status = await query(id);
    seen.set(id, status);
    await Promise.all(status.children.map((child) => below(child, seen)));
  }

  /** A phase that was over before it was seen still has its heading above its steps. */
  const enter = (now: Status['phase']) => {
    if (!entered.has(now)) heading(TITLES[now]);
    entered.add(now);
  };

  return {
    async look() {
      const seen = new Map<string, Status>();
      await below(workflowId, seen);
      for (const id of children) if (!seen.has(id)) seen.set(id, await query(id));
      const running = [...seen].flatMap(([, status]) => status.children);
      children = running;
      const top = seen.get(workflowId);
      if (top === undefined) throw new Error(`${workflowId} is not there`);
      const statuses = [...seen.values()];
      const steps = statuses.flatMap((status) => status.steps.map((step) => ({ ...step, in: status.workflowId })));
      for (const step of steps.toSorted((x, y) => PHASES.indexOf(x.phase) - PHASES.indexOf(y.phase))) {
        const { proof } = step;
        // A parent repeats the proofs of its children.
        const key = proof ? `${proof.at} ${proof.summary}` : `${step.in} ${step.step} ${step.round} ${step.state}`;
        if (shown.has(key) || !tellable(step)) continue;
        shown.add(key);
        enter(step.phase);
        print(step);
      }
      enter(top.phase);
      return {
        phase: top.phase,
        open: statuses.flatMap((status) => status.gates).filter(({ state }) => state === 'open'),
        parked: steps.filter(({ state }) => state === 'attention'),
      };
    },
  };
}

/** What only looks (plans, dates) has no proof, and is shown where people decide on it. */
const tellable = ({ state, proof }: StepStatus) => proof !== undefined || state === 'attention' || state === 'skipped';

export function print({ step, state, proof, reason, by }: StepStatus): void {
  const name = step.padEnd(22);
  if (state === 'attention') return say(`${red('!')} ${name} ${reason ?? ''}`);
  if (state === 'skipped') return say(`${yellow('–')} ${name} skipped by ${by ?? 'nobody'}: ${reason ?? ''}`);
  return say(`${green('✓')} ${name} ${proof?.summary ?? ''}${by ? dim(` (by hand: ${by})`) : ''}`);
}
