import { dateIn } from '../../domain/calendar.ts';
import { exemptOn } from '../../domain/exempt.ts';
import type { Exemption, Site } from '../../domain/site.ts';

/**
 * The accounts that are exempt today: protected ones, those in `keep` of site.yaml, and the given ones (of the semester
 * and of `keep` messages). Each activity calls it anew, so that an account added to site.yaml after an approval is
 * exempt too.
 */
export function exemptNow(site: Site, clock: () => Date, keep: readonly Exemption[]): readonly Exemption[] {
  return exemptOn(dateIn(clock().toISOString(), site.zone), site.protected, [...site.keep, ...keep]);
}
