/** Argument of the workflow `restore`: restores the home of one user or of all users. */
export interface RestoreInput {
  readonly site: string;
  /** Part of the workflow's id: `2027-03-02-k3v9`. */
  readonly name: string;
  readonly startedBy: string;
  /** Account name; null: all users. */
  readonly user: string | null;
  /** Name of a backup; null: the newest one that contains the home. */
  readonly from: string | null;
  /** Absolute path of a folder on the storage host; null: the directory of the homes. */
  readonly to: string | null;
}

/** Argument of the workflow `restoreDocker`: moves a user's Docker data back from the trash of the GPU servers. */
export interface RestoreDockerInput {
  readonly site: string;
  /** Part of the workflow's id, as in `RestoreInput`. */
  readonly name: string;
  readonly startedBy: string;
  readonly user: string;
}
