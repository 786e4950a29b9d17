import type { z } from 'zod';
import { exact, list, number, planGate, seen, text } from './define.ts';

const binding = exact({
  /** Digest of the site, as in `SiteView`. */
  site: text,
  semester: text,
  /** UTC: the list contains applications that were complete by then. */
  until: text,
  accept: list(exact({ uid: number.nullable(), user: text })),
});

const observed = seen({ lines: list(text) });

export type ListBinding = z.infer<typeof binding>;

export const applicationsGate = planGate({
  name: 'applications',
  decides: {
    en: 'With applications.mode review: which applicants of the day are accepted.',
    ko: 'site.yaml에서 검토하기로 한 경우, 그날의 신청자 가운데 누구를 받을지 정합니다.',
  },
  subject: { en: 'applications to accept', ko: '신청 승인' },
  phase: null,
  quorum: 1,
  binding,
  observed,
  confirm: ({ accept }) => `applications ${accept.length}`,
  skippable: true,
  rehearsal: {
    later: 'No applications exist yet: with applications.mode review, this gate opens once a day, for months.',
  },
});
