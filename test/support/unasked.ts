import type { DoctorActivities } from '../../activities/doctor/contract.ts';
import type { MailActivities } from '../../activities/mail/contract.ts';
import type { RehearsalActivities } from '../../activities/rehearse/contract.ts';

const unasked = () => Promise.reject(new Error('no semester asks for this'));

/** What comes before anything is started: a world of semesters has no use for it. */
export const beforeAnything: DoctorActivities & RehearsalActivities & Pick<MailActivities, 'previewMail'> = {
  doctor: unasked,
  offeredHostKeys: unasked,
  pinHostKey: unasked,
  rehearseGate: unasked,
  previewMail: unasked,
};
