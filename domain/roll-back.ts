/** Argument of the `rollBack` workflow: R8 undone on purpose. */
export interface RollBackInput {
  readonly site: string;
  readonly name: string;
  readonly startedBy: string;
  /** Hosts to take back; null: every GPU server that has an old root. */
  readonly hosts: readonly string[] | null;
  readonly reason: string;
}
