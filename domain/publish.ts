import type { Semester } from './semester.ts';

/** Argument of the workflow `publish`: a post that is out is written anew, from the templates and the site as they are now. */
export interface PublishInput {
  readonly site: string;
  /** Name of the semester. */
  readonly name: string;
  readonly startedBy: string;
  /** With other dates or another title; null: as it was published. */
  readonly semester: Semester | null;
}
