import type { z } from 'zod';
import { exact, list, number, planGate, seen, text } from './define.ts';

const binding = exact({
  /** Digest of the site, as in `SiteView`. */
  site: text,
  semester: text,
  /** The list holds the applicants who were complete by this instant, UTC. */
  until: text,
  accept: list(exact({ uid: number.nullable(), user: text })),
});

const observed = seen({ lines: list(text) });

export type ListBinding = z.infer<typeof binding>;

export const applicationsGate = planGate({
  name: 'applications',
  decides: {
    en: 'Which applicants of the day are accepted, if site.yaml asks for a review.',
    ko: 'site.yaml에서 검토하기로 한 경우, 그날의 신청자 가운데 누구를 받을지 정합니다.',
  },
  phase: null,
  quorum: 1,
  binding,
  observed,
  confirm: ({ accept }) => `applications ${accept.length}`,
  skippable: true,
  rehearsal: {
    later: 'No applications exist yet. With applications.mode: review this gate asks once a day, for months.',
  },
});
