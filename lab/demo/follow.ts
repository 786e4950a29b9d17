import type { Client } from '@temporalio/client';
import { PHASES } from '../../domain/names.ts';
import type { GateStatus, Status, StepStatus } from '../../domain/status.ts';
import { dim, green, heading, red, say, yellow } from './ui.ts';

/** Headings; a phase without one is shown by its name. */
const TITLES: Readonly<Partial<Record<Status['phase'], string>>> = {
  notice: 'Notice: all members receive the deadline by mail, and a mail when it has passed (R1)',
  'waiting-for-site': 'Lock of the site: only one semester may change it at a time',
  lockout: 'Lockout: the members leave the GPU group (R1)',
  drain: 'Drain: remaining sessions end, on every host (R3)',
  backup: 'Backup: a read-only snapshot of every home (R4)',
  wipe: 'Wipe: homes and Docker data, after two approvals (R5)',
  prune: 'Prune: backups older than two quarters (R4)',
  update: 'Update: one server, its image, then all the others (R8)',
  reopen: 'Reopen: the form and the post (R6)',
  applications: 'Applications (R7)',
  report: 'Report',
  done: 'Finished',
  aborted: 'Aborted',
  idle: 'Idle',
};

/** Current state of a semester and its child workflows. */
export interface SemesterView {
  readonly phase: Status['phase'];
  /** Open gates, of the semester and its children. */
  readonly open: readonly GateStatus[];
  /** Steps that need attention. */
  readonly parked: readonly StepStatus[];
}

/** Polls a semester, and prints each phase and each step with its proof once. */
export function createWatcher(client: Client, workflowId: string): { poll(): Promise<SemesterView> } {
  const shown = new Set<string>();
  const entered = new Set<Status['phase']>();
  let children: readonly string[] = [];
  const query = (id: string) => client.workflow.getHandle(id).query<Status>('status');

  /** Collects the status of a workflow and its descendants, parents first. */
  async function below(id: string, seen: Map<string, Status>): Promise<void> {
    const status = await query(id);
    seen.set(id, status);
    await Promise.all(status.children.map((child) => below(child, seen)));
  }

  /** Prints the heading of a phase once, also for a phase that ended between two polls. */
  const enter = (now: Status['phase']) => {
    if (!entered.has(now)) heading(TITLES[now] ?? now);
    entered.add(now);
  };

  return {
    async poll() {
      const seen = new Map<string, Status>();
      await below(workflowId, seen);
      // Query children that ended since the last poll once more.
      for (const id of children) if (!seen.has(id)) seen.set(id, await query(id));
      const running = [...seen].flatMap(([, status]) => status.children);
      children = running;
      const top = seen.get(workflowId);
      if (top === undefined) throw new Error(`there is no workflow ${workflowId}`);
      const statuses = [...seen.values()];
      const steps = statuses.flatMap((status) => status.steps.map((step) => ({ ...step, in: status.workflowId })));
      for (const step of steps.toSorted((x, y) => PHASES.indexOf(x.phase) - PHASES.indexOf(y.phase))) {
        const { proof } = step;
        // A parent repeats the proofs of its children.
        const key = proof ? `${proof.at} ${proof.summary}` : `${step.in} ${step.step} ${step.round} ${step.state}`;
        if (shown.has(key) || !isWorthPrinting(step)) continue;
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

/** Read-only steps (plans, dates) have no proof; gates show them. */
const isWorthPrinting = ({ state, proof }: StepStatus) =>
  proof !== undefined || state === 'attention' || state === 'skipped';

export function print({ step, state, proof, reason, by }: StepStatus): void {
  const name = step.padEnd(22);
  if (state === 'attention') return say(`${red('!')} ${name} ${reason ?? ''}`);
  if (state === 'skipped') return say(`${yellow('–')} ${name} skipped by ${by ?? 'unknown'}: ${reason ?? ''}`);
  return say(`${green('✓')} ${name} ${proof?.summary ?? ''}${by ? dim(` (by hand: ${by})`) : ''}`);
}
