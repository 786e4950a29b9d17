import type { Handlers } from '../../domain/handlers.ts';
import { reads, type AuthorityOf } from '../../domain/authority.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { PlanDiff } from '../../domain/plan.ts';
import type { SiteView } from '../../domain/site.ts';

export interface PlanPage {
  readonly digest: string;
  readonly pages: number;
  readonly binding: string;
  /** A part of it: from the last page of the binding on, or after it. */
  readonly observed?: string;
}

/** What is configured, and pages of stored documents. */
export type SiteActivities = Handlers<{
  /** Reads site.yaml anew. Fails non-retryable `ConfigInvalid` with file, line and key; `WrongSite` if it serves another. */
  readSite(a: { site: string }): Promise<SiteView>;
  /** Validates the semester and computes its instants in the site's zone. Fails `ConfigInvalid`. */
  readCalendar(a: { semester: Semester }): Promise<Calendar>;
  /** The difference of two stored plans' bindings, the first 20 lines. */
  diffPlans(a: { before: string; after: string }): Promise<PlanDiff>;
  /** One page (at most 256 KB of canonical JSON text) of a stored plan; the CLI joins pages and recomputes the digest. */
  readPlanPage(a: { digest: string; page: number }): Promise<PlanPage>;
}>;

/** By what right each of them acts. */
export const siteAuthority = {
  readSite: reads,
  readCalendar: reads,
  diffPlans: reads,
  readPlanPage: reads,
} as const satisfies AuthorityOf<SiteActivities>;
