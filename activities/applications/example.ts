import { matchApplications, type Applicant } from '../../domain/applications.ts';

/** An example applicant for previews of mails: answered the survey, asked for Docker, did not accept the terms. */
export function exampleApplicant(user: string): Applicant {
  const row = 2;
  const answer = {
    row,
    at: null,
    user,
    studentNumber: '2024-12345',
    email: null,
    docker: true,
    terms: false,
    cells: {},
  };
  const { applicants } = matchApplications({
    answers: [answer],
    members: [],
    pending: [],
    baseline: new Set(),
    rules: [],
    groups: new Map(),
    banned: new Set(),
    decisions: new Map(),
    gone: new Map(),
  });
  const [applicant] = applicants;
  if (applicant === undefined) throw new Error('matchApplications returned no applicant for the example answer');
  return applicant;
}
