import type { Semester } from './semester.ts';

/** Argument of the workflow `publish`: renders a published post again from the current templates and site. */
export interface PublishInput {
  readonly site: string;
  /** Name of the semester. */
  readonly name: string;
  readonly startedBy: string;
  /** New dates or a new title; null: as published. */
  readonly semester: Semester | null;
}
