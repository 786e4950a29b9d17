import type { Calendar } from './semester.ts';
import type { Site } from './site.ts';

/** The dates of a semester that matter to people, by their key in semester.yaml. */
export const datesOf = (calendar: Calendar): Readonly<Record<string, string>> => ({
  deadline: calendar.deadline,
  'period.from': calendar.periodFrom,
  'applications.until': calendar.applicationsUntil,
  'period.until': calendar.periodUntil,
});

/** The name of a secret of the service, and the person responsible for it. */
export interface SecretOwner {
  readonly secret: string;
  /** Null if site.yaml names no owner. */
  readonly owner: string | null;
  readonly until: string | null;
}

/** Every secret that the site needs or that has an owner in site.yaml; secrets without an owner first. */
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
