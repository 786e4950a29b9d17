import type { GpuUse, PlanPage } from '../activities/types.ts';
import type { Calendar, Semester } from '../domain/semester.ts';
import type { SiteView } from '../domain/site.ts';
import { glance } from './policies.ts';

export type InspectInput =
  | { readonly kind: 'plan'; readonly digest: string; readonly page: number }
  | { readonly kind: 'gpus'; readonly host: string }
  | { readonly kind: 'site'; readonly site: string }
  | { readonly kind: 'calendar'; readonly semester: Semester };

/** How the CLI looks at something: it talks to Temporal only. Reads, never writes. */
export async function inspect(input: InspectInput): Promise<PlanPage | readonly GpuUse[] | SiteView | Calendar> {
  switch (input.kind) {
    case 'plan':
      return glance.readPlanPage(input);
    case 'gpus':
      return glance.gpuUsers(input);
    case 'site':
      return glance.readSite(input);
    case 'calendar':
      return glance.readCalendar(input);
  }
}
