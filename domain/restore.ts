/** Argument of the workflow `restore`: what one user, or everybody, gets back. */
export interface RestoreInput {
  readonly site: string;
  /** Part of the workflow's id: `2027-03-02-k3v9`. */
  readonly name: string;
  readonly startedBy: string;
  /** Account name; null for everybody. */
  readonly user: string | null;
  /** Name of a backup; null for the newest one that has the home. */
  readonly from: string | null;
  /** Absolute path of a folder on the storage host; null for where the homes are. */
  readonly to: string | null;
}
