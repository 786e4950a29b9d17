import type { Handlers } from '../../domain/handlers.ts';
import { reads, type AuthorityOf } from '../../domain/authority.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { PlanDiff } from '../../domain/plan.ts';
import type { SiteView } from '../../domain/site.ts';

export interface PlanPage {
  readonly digest: string;
  readonly pages: number;
  readonly binding: string;
  /** A part of observed, on the binding's last page or on the pages after it. */
  readonly observed?: string;
}

/** The configuration, and pages of stored plans. */
export type SiteActivities = Handlers<{
  /**
   * Reads site.yaml. Fails with non-retryable `ConfigInvalid` (file, line, key), or `WrongSite` if it names another
   * site.
   */
  readSite(a: { site: string }): Promise<SiteView>;
  /** Validates the semester and computes its instants in the site's zone. Fails with `ConfigInvalid`. */
  readCalendar(a: { semester: Semester }): Promise<Calendar>;
  /** The difference of two stored plans' bindings, the first 20 lines. */
  diffPlans(a: { before: string; after: string }): Promise<PlanDiff>;
  /**
   * One page (at most 256 KB of canonical JSON text) of a stored plan; the CLI joins pages and recomputes the digest.
   */
  readPlanPage(a: { digest: string; page: number }): Promise<PlanPage>;
}>;

/** The authority of each activity. */
export const siteAuthority = {
  readSite: reads,
  readCalendar: reads,
  diffPlans: reads,
  readPlanPage: reads,
} as const satisfies AuthorityOf<SiteActivities>;
