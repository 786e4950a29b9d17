import { expect, it } from 'vitest';
import { loadSite } from '../../config/load.ts';
import { secretOwners } from '../../domain/handover.ts';
import { SITE_EXAMPLE } from '../config/files.ts';

it('lists every secret that a site needs with its owner, secrets without an owner first', async () => {
  const site = await loadSite(SITE_EXAMPLE);
  const owners = [
    { secret: 'SEMESTER_SMTP_PASSWORD', owner: 'postmaster@example.org', until: '2027-12-31' },
    { secret: 'SEMESTER_GITHUB_TOKEN', owner: 'kim' },
  ];
  expect(secretOwners({ ...site, owners })).toEqual([
    { secret: 'SEMESTER_SSH_KEY', owner: null, until: null },
    { secret: 'SEMESTER_ID_PASSWORD', owner: null, until: null },
    { secret: 'SEMESTER_ID_DATABASE_URL', owner: null, until: null },
    { secret: 'SEMESTER_PAYLOAD_KEYS', owner: null, until: null },
    { secret: 'SEMESTER_SMTP_PASSWORD', owner: 'postmaster@example.org', until: '2027-12-31' },
    { secret: 'SEMESTER_GITHUB_TOKEN', owner: 'kim', until: null },
  ]);
});

it('needs fewer secrets if less is configured', async () => {
  const site = await loadSite(SITE_EXAMPLE);
  const { username: _, ...mail } = site.mail;
  const small = { ...site, mail, addresses: { source: 'csv', file: 'a.csv' }, encryption: 'off' } as const;
  expect(secretOwners(small).map(({ secret }) => secret)).toEqual(['SEMESTER_SSH_KEY', 'SEMESTER_ID_PASSWORD']);
});
