import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountKey, matchApplications, type GroupRow, type SurveyAnswer } from '../../domain/applications.ts';

const answer = (user: string, more: Partial<SurveyAnswer> = {}): SurveyAnswer => ({
  row: 2,
  at: null,
  user,
  studentNumber: '',
  email: null,
  docker: false,
  terms: true,
  ...more,
});
const row = (uid: number, username: string | null, ...studentNumbers: string[]): GroupRow => ({
  uid,
  username,
  studentNumbers,
});
const match = (a: Partial<Parameters<typeof matchApplications>[0]>) =>
  matchApplications({ answers: [], members: [], pending: [], baseline: new Set(), ...a });

describe('the states of an application', () => {
  it.each([
    ['complete', { answers: [answer('erin')], pending: [row(7, 'erin')] }],
    ['missing-request', { answers: [answer('erin')] }],
    ['missing-survey', { pending: [row(7, 'erin')] }],
    ['baseline', { pending: [row(7, 'erin')], baseline: new Set([7]) }],
    ['complete', { answers: [answer('erin')], pending: [row(7, 'erin')], baseline: new Set([7]) }],
    ['problems', { answers: [answer('erin', { terms: false })], pending: [row(7, 'erin')] }],
    ['problems', { answers: [answer('erin', { terms: false })] }],
    ['problems', { answers: [answer('erin@example.org')] }],
    ['member', { answers: [answer('erin')], members: [row(7, 'erin')] }],
    ['member', { answers: [answer('erin')], members: [row(7, 'erin')], pending: [row(7, 'erin')] }],
    ['member', { answers: [answer('erin', { terms: false })], members: [row(7, 'erin')] }],
  ] as const)('%s', (state, halves) => {
    expect(match(halves).applicants.map((applicant) => applicant.state)).toEqual([state]);
  });

  it('leaves out members who gave no answer, pending or not', () => {
    expect(match({ members: [row(7, 'erin')], pending: [row(7, 'erin')] }).applicants).toEqual([]);
  });

  it('joins no request without an account name', () => {
    const { applicants } = match({ answers: [answer('null')], pending: [row(7, null)] });
    expect(applicants.map(({ user, state }) => [user, state])).toEqual([['null', 'missing-request']]);
  });

  it('spells a name as the ID server does, however it was typed', () => {
    const typed = answer(accountKey(' Ｅrin '));
    expect(match({ answers: [typed], pending: [row(7, 'Erin')] }).applicants).toMatchObject([
      { user: 'Erin', uid: 7, state: 'complete' },
    ]);
  });
});

describe('several answers by one person', () => {
  it('counts the lowest row where times are missing', () => {
    const answers = [answer('erin', { row: 2, at: '2027-03-09T00:00:00Z' }), answer('erin', { row: 3, docker: true })];
    expect(match({ answers }).applicants).toMatchObject([{ answer: { row: 3 }, superseded: [2] }]);
  });

  it('counts the latest where each has a time', () => {
    const answers = [
      answer('erin', { row: 2, at: '2027-03-09T00:00:00Z' }),
      answer('erin', { row: 3, at: '2027-03-08T00:00:00Z', terms: false }),
    ];
    expect(match({ answers }).applicants).toMatchObject([{ answer: { row: 2 }, problems: [], superseded: [3] }]);
  });
});

describe('student numbers', () => {
  it('show a near miss and join nothing', () => {
    const { applicants, nearMisses } = match({
      answers: [answer('erim', { row: 5, studentNumber: '2023-10007' })],
      pending: [row(7, 'erin', '2023 10007')],
    });
    expect(applicants.map(({ user, state }) => [user, state])).toEqual([
      ['erim', 'missing-request'],
      ['erin', 'missing-survey'],
    ]);
    expect(nearMisses).toEqual([{ row: 5, user: 'erim', uid: 7, account: 'erin' }]);
  });

  it('are no near miss when empty, or when the name matches', () => {
    const pending = [row(7, 'erin', '2023-10007'), row(8, 'finn', '')];
    expect(match({ answers: [answer('gus')], pending }).nearMisses).toEqual([]);
    expect(match({ answers: [answer('erin', { studentNumber: '2023-10007' })], pending }).nearMisses).toEqual([]);
  });
});

describe('whatever the halves are', () => {
  const name = fc.constantFrom('ann', 'bob', 'constructor', '__proto__', 'x y', 'dee');
  const rows = fc.uniqueArray(name, { maxLength: 6 }).map((names) => names.map((user, uid) => row(uid, user)));
  const answers = fc
    .array(fc.record({ user: name, terms: fc.boolean(), docker: fc.boolean() }), { maxLength: 10 })
    .map((given) => given.map((more, index) => answer(more.user, { ...more, row: index + 2 })));

  it('each person is one applicant, and complete only with both halves in order', () => {
    fc.assert(
      fc.property(answers, rows, rows, (given, pending, members) => {
        const { applicants } = match({ answers: given, pending, members });
        const users = applicants.map(({ user }) => user);
        expect(new Set(users).size).toBe(users.length);
        for (const answered of given) expect(users).toContain(answered.user);
        for (const { user, state, answer: newest } of applicants)
          if (state === 'complete') {
            expect(newest?.terms).toBe(true);
            expect(pending.some(({ username }) => username === user)).toBe(true);
            expect(members.some(({ username }) => username === user)).toBe(false);
          }
      }),
    );
  });
});
