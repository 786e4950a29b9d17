import type { Applicant, ApplicantState, GroupRow, SurveyAnswer } from '../../domain/applications.ts';
import type { ApplicantDecision } from '../../domain/judgement.ts';

export const answer = (user: string, more: Partial<SurveyAnswer> = {}): SurveyAnswer => ({
  row: 2,
  at: null,
  user,
  studentNumber: '',
  email: null,
  docker: false,
  terms: true,
  cells: {},
  ...more,
});

export const row = (uid: number, username: string | null, ...studentNumbers: string[]): GroupRow => ({
  uid,
  username,
  studentNumbers,
});

export const decision = (
  user: string,
  verdict: ApplicantDecision['verdict'],
  more: Partial<ApplicantDecision> = {},
): ApplicantDecision => ({
  user,
  verdict,
  by: ['kim'],
  reason: verdict === 'reject' ? 'not a student' : null,
  at: '2027-03-04T00:00:00.000Z',
  said: '2027-03-04T00:00:00.000Z',
  edition: 1,
  ...more,
});

/** An applicant in a state, with the halves that belong to it. */
export const applicant = (user: string, state: ApplicantState, more: Partial<Applicant> = {}): Applicant => ({
  user,
  uid: 7,
  state,
  requested: !['missing-request', 'withdrawn'].includes(state),
  problems: state === 'problems' ? ['terms'] : [],
  breaks: [],
  superseded: [],
  twin: null,
  answer: ['missing-survey', 'baseline'].includes(state) ? null : answer(user, { terms: state !== 'problems' }),
  decision: state === 'rejected' ? decision(user, 'reject') : null,
  ...more,
});
