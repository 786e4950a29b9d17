/** The state of `old-root` below a host's top level. */
export interface OldRoot {
  /** Path of the running root below the top level: `root`. */
  readonly running: string;
  /** Whether `old-root` exists. */
  readonly exists: boolean;
  /** Whether an update by the service created it from the running root. */
  readonly ours: boolean;
}

/**
 * Why a host cannot be rolled back; null: it can. A root made by people may never have booted and may lack the host's
 * keys.
 */
export function rollBackObstacle({ running, exists: there, ours }: OldRoot): 'not-root' | 'none' | 'not-ours' | null {
  if (running !== 'root') return 'not-root';
  if (!there) return 'none';
  return ours ? null : 'not-ours';
}

/** Argument of the workflow `rollback`, which undoes R8 on request. */
export interface RollBackInput {
  readonly site: string;
  readonly name: string;
  readonly startedBy: string;
  /** Hosts to roll back; null: every GPU server with an old root from an update by the service. */
  readonly hosts: readonly string[] | null;
  readonly reason: string;
}
