import type { Calendar } from './semester.ts';
import type { Site } from './site.ts';

/** The dates of a semester that people go by, by their key in semester.yaml. */
export const datesOf = (calendar: Calendar): Readonly<Record<string, string>> => ({
  deadline: calendar.deadline,
  'period.from': calendar.periodFrom,
  'applications.until': calendar.applicationsUntil,
  'period.until': calendar.periodUntil,
});

/** A secret of the service by its name, and whom to ask for it. */
export interface SecretOwner {
  readonly secret: string;
  /** Null where site.yaml names nobody. */
  readonly owner: string | null;
  readonly until: string | null;
}

/** Every secret that a site needs or names an owner of; those without an owner first. */
export function secretOwners(
  site: Pick<Site, 'owners' | 'addresses' | 'mail' | 'notify' | 'encryption'>,
): readonly SecretOwner[] {
  const needed = [
    'SEMESTER_SSH_KEY',
    'SEMESTER_ID_PASSWORD',
    ...(site.addresses.source === 'postgres' ? ['SEMESTER_ID_DATABASE_URL'] : []),
    ...(site.mail.username === undefined ? [] : ['SEMESTER_SMTP_PASSWORD']),
    ...(site.notify.webhook ? ['SEMESTER_WEBHOOK_URL'] : []),
    ...(site.encryption === 'required' ? ['SEMESTER_PAYLOAD_KEYS'] : []),
  ];
  const named = new Map(site.owners.map((one) => [one.secret, one]));
  const all = [...new Set([...needed, ...named.keys()])].map((secret): SecretOwner => {
    const { owner = null, until = null } = named.get(secret) ?? {};
    return { secret, owner, until };
  });
  return all.toSorted((a, b) => Number(a.owner !== null) - Number(b.owner !== null));
}
