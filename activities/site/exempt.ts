import { dateIn } from '../../domain/calendar.ts';
import { exemptOn } from '../../domain/exempt.ts';
import type { Kept, Site } from '../../domain/site.ts';

/**
 * Everyone who is kept today: the protected names, whom site.yaml names by now, and the given ones (of the semester and of
 * `keep` messages). Each activity asks anew, so that somebody who was put into site.yaml after an approval is kept as well.
 */
export function exemptNow(site: Site, clock: () => Date, keep: readonly Kept[]): readonly Kept[] {
  return exemptOn(dateIn(clock().toISOString(), site.zone), site.protected, [...site.keep, ...keep]);
}
