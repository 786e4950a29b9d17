import type { Exemption } from './site.ts';

/**
 * The accounts that are exempt on `today` (YYYY-MM-DD in the site's zone): the protected names, then the lists without
 * expired entries. If an account is on two lists, the later `until` counts.
 */
export function exemptOn(
  today: string,
  protectedNames: readonly string[],
  lists: readonly Exemption[],
): readonly Exemption[] {
  const exempt = new Map<string, Exemption>(protectedNames.map((user) => [user, { user, reason: 'protected' }]));
  for (const entry of lists) {
    const other = exempt.get(entry.user);
    const longer = other === undefined || (other.until !== undefined && (entry.until ?? '9999') > other.until);
    if (longer && (entry.until === undefined || entry.until >= today)) exempt.set(entry.user, entry);
  }
  return [...exempt.values()];
}
