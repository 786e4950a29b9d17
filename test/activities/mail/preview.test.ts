import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { previewMail } from '../../../activities/mail/preview.ts';
import type { Person } from '../../../activities/id-server/types.ts';
import type { Semester } from '../../../domain/semester.ts';
import type { Site } from '../../../domain/site.ts';
import type { Language } from '../../../domain/names.ts';
import { siteAt } from '../homepage/publishing.ts';
import { holdsContract } from '../../support/contract.ts';

const templates = join(import.meta.dirname, '../../../templates');
const all = (await readdir(join(templates, 'mail/ko'))).map((file) => file.replace(/\.md$/, ''));
const base = siteAt('/nowhere');
const site = {
  ...base,
  approvers: [{ name: 'kim', email: 'kim@example.org', language: 'en' as const }],
  update: { between: { window: { from: '02:00', until: '06:00' } } } as unknown as Site['update'],
  storage: { name: 'oloroso', address: 'oloroso', port: 22, sudo: 'nopasswd' as const },
  layout: { ...base.layout, home: '/csehome', docker: '/local/.docker' },
};
const semester: Semester = {
  name: '2027-spring',
  deadline: '2027-02-10',
  notices: ['P7D'],
  noticeGateLead: 'P7D',
  minimumNotice: 'P7D',
  period: {
    from: '2027-03-02',
    until: '2027-08-10',
  },
  mode: 'update',
  order: 'wipe-first',
  applications: {
    until: '2027-08-01',
    every: 'PT10M',
    grace: 'PT1H',
    nudges: ['P3D'],
  },
  keep: [],
  title: '2027년 봄학기',
};
const erin: Person = { user: 'erin', uid: 7, name: 'Erin <b>', email: 'erin@snu.ac.kr', language: 'en' };
const written: string[] = [];
const preview = (mail: string, user: string, language: Language | null = null) =>
  holdsContract({
    previewMail: previewMail({
      site: async () => site,
      store: {
        getNamed: async () => null,
        putNamed: async (name) => {
          written.push(name);
        },
      },
      directory: { lookup: async (users) => new Map(users.includes('erin') ? [['erin', erin]] : []) },
    }),
  }).previewMail({ mail, user, language, semester });

it('marks what is an example', async () => {
  expect((await preview('notice', 'erin')).examples).toEqual(['170 GiB', '39 GiB']);
  expect((await preview('restored', 'erin')).examples).not.toEqual([]);
  expect((await preview('accepted', 'erin')).examples).toEqual([]);
  expect((await preview('gate', 'kim')).examples).toEqual([]);
});

describe('a preview', () => {
  it.each(all.flatMap((mail) => [[mail, 'ko'] as const, [mail, 'en'] as const]))(
    'of %s in %s has no unfilled variable',
    async (mail, language) => {
      const seen = await preview(mail, 'erin', language);
      expect(seen.text).not.toMatch(/undefined|\[object|\{\{/);
      expect(seen.html).toContain('<html');
      expect(seen.subject).not.toBe('');
    },
  );

  it('is in the language of the person, with their name, to their address', async () => {
    expect(await preview('accepted', 'erin')).toMatchObject({ language: 'en', to: 'erin@snu.ac.kr', known: true });
    const { text, html } = await preview('notice', 'erin', 'ko');
    expect(text).toContain('2027년 2월 10일 (수) 오후 11시 59분');
    expect(text).toContain('Erin <b>');
    expect(html).not.toContain('Erin <b>');
  });

  it('addresses an approver if the mail is to approvers', async () => {
    expect(await preview('gate', 'kim')).toMatchObject({ language: 'en', to: 'kim@example.org', known: true });
  });

  it('reports an unknown person, and lists the mails', async () => {
    expect(await preview('accepted', 'nobody')).toMatchObject({ to: null, known: false, language: 'ko' });
    await expect(preview('../../etc/passwd', 'erin')).rejects.toMatchObject({
      type: 'ConfigInvalid',
      message: expect.stringMatching(/there is no mail .*accepted.*notice/),
    });
  });

  it('writes nothing', async () => {
    await Promise.all(all.map((mail) => preview(mail, 'erin')));
    expect(written).toEqual([]);
  });
});
