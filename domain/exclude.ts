/** Argument of the workflows `exclude` and `include`. */
export interface ExcludeInput {
  readonly site: string;
  readonly host: string;
  readonly reason: string;
  readonly startedBy: string;
}
