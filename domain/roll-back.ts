/** What stands below a host's top level beside the root that runs. */
export interface OldRoot {
  /** Path of the running root below the top level: `root`. */
  readonly running: string;
  /** There is an old-root. */
  readonly exists: boolean;
  /** It ran until an update of ours put it aside. */
  readonly ours: boolean;
}

/** Why a host cannot go back on purpose; null: it can. A root that people made may never have booted, and may lack the host's keys. */
export function rollBackObstacle({ running, exists: there, ours }: OldRoot): 'not-root' | 'none' | 'not-ours' | null {
  if (running !== 'root') return 'not-root';
  if (!there) return 'none';
  return ours ? null : 'not-ours';
}

/** Argument of the `rollBack` workflow: R8 undone on purpose. */
export interface RollBackInput {
  readonly site: string;
  readonly name: string;
  readonly startedBy: string;
  /** Hosts to take back; null: every GPU server whose old root an update of ours has put aside. */
  readonly hosts: readonly string[] | null;
  readonly reason: string;
}
