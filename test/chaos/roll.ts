import type { FleetUpdateInput } from '../../domain/semester.ts';
import { TASK_QUEUE } from '../../domain/names.ts';
import { approvedToTheEnd } from '../support/approve.ts';
import { endState, type EndState } from './end-state.ts';
import type { Boundary, KillableWorker } from './killable.ts';
import { FOLLOWERS, LEADER, TOP, type Stage } from './stage.ts';

/** A boundary by its name: which activity for which host, the how-manieth of them, before or after it. */
type BoundaryName = string;

export interface Roll {
  readonly state: EndState;
  /** Those of first attempts, in the order in which they came. */
  readonly boundaries: readonly BoundaryName[];
  readonly seconds: number;
}

export interface Disturbance {
  /** The worker is killed there, each time one of these comes, and another one started. */
  readonly killAt?: ReadonlySet<BoundaryName>;
  /** Runs beside the roll-out; `over` when that has ended. */
  readonly beside?: (stage: Stage, kill: () => Promise<void>, over: AbortSignal) => Promise<void>;
}

let count = 0;
let version = '1.1-1';

/** Rolls the next release out on all hosts, disturbed or not; returns what it left behind. @throws Error if it does not end without help */
export async function roll(stage: Stage, { killAt = new Set(), beside }: Disturbance = {}): Promise<Roll> {
  const { lab, client } = stage;
  const workflowId = `update/chaos-${++count}`;
  const before = version;
  version = count === 1 ? '1.2-1' : await lab.publishPackages();
  await Promise.all([LEADER, ...FOLLOWERS].map((host) => lab.exec(host, `rm -f ${TOP}/ran-*`)));

  const names = boundaryNames();
  let worker: KillableWorker | null = null;
  let killing = Promise.resolve();
  const kill = () =>
    (killing = killing.then(async () => {
      await worker?.kill();
      worker = await stage.startWorker(passes);
    }));
  const passes = (boundary: Boundary) => {
    const name = names.of(boundary);
    if (name === null || !killAt.has(name)) return true;
    void kill();
    return false;
  };
  worker = await stage.startWorker(passes);
  const began = performance.now();
  try {
    const input: FleetUpdateInput = {
      site: 'lab',
      name: workflowId,
      startedBy: 'alice',
      mode: 'update',
      leader: LEADER,
      keep: [],
    };
    const handle = await client.workflow.start('fleetUpdate', { workflowId, taskQueue: TASK_QUEUE, args: [input] });
    const over = new AbortController();
    const disturbed = beside?.(stage, kill, over.signal);
    const ended = approvedToTheEnd<{ image: { facts: { name: string } } }>(client, handle, ['rollout']).finally(() =>
      over.abort(),
    );
    const [{ image }] = await Promise.all([ended, disturbed]);
    await killing;
    const seconds = (performance.now() - began) / 1000;
    const at = { image: image.facts.name, workflow: workflowId, version, before };
    return { state: await endState(lab, at), boundaries: names.seen, seconds };
  } finally {
    await killing.catch(() => undefined);
    await worker.kill();
  }
}

/** Names boundaries as they come; null for those of later attempts. */
function boundaryNames() {
  const counts = new Map<string, number>();
  const seen: BoundaryName[] = [];
  return {
    seen,
    of({ activity, at, attempt }: Boundary): BoundaryName | null {
      if (attempt > 1) return null;
      const place = `${at} ${activity}`;
      const nth = (counts.get(place) ?? 0) + 1;
      counts.set(place, nth);
      const name = `${place} ${nth}`;
      seen.push(name);
      return name;
    },
  };
}
