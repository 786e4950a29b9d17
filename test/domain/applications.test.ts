import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountKey, APPLICANT_STATES, matchApplications, type Halves } from '../../domain/applications.ts';
import { answer, decision, row } from './applicant.ts';

const match = (a: Partial<Halves>) =>
  matchApplications({
    answers: [],
    members: [],
    pending: [],
    baseline: new Set<number>(),
    rules: [],
    groups: new Map(),
    banned: new Set<string>(),
    decisions: new Map(),
    gone: new Map(),
    ...a,
  });
const decided = (user: string, verdict: 'approve' | 'reject') => new Map([[user, decision(user, verdict)]]);
const gone = new Map([['erin', '2027-03-01T00:00:00Z']]);
const banned = new Set(['erin']);

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
    ['member', { answers: [answer('erin')], members: [row(7, 'erin')], banned, decisions: decided('erin', 'reject') }],
    ['banned', { answers: [answer('erin')], pending: [row(7, 'erin')], banned }],
    ['member', { members: [row(7, 'erin')], decisions: decided('erin', 'approve') }],
    ['banned', { pending: [row(7, 'erin')], banned, decisions: decided('erin', 'approve') }],
    ['rejected', { answers: [answer('erin')], pending: [row(7, 'erin')], decisions: decided('erin', 'reject') }],
    ['rejected', { answers: [answer('erin')], gone, banned, decisions: decided('erin', 'reject') }],
    ['rejected', { gone, decisions: decided('erin', 'reject') }],
    ['withdrawn', { answers: [answer('erin')], gone }],
    ['complete', { answers: [answer('erin')], pending: [row(7, 'erin')], gone }],
    ['missing-request', { answers: [answer('erin')], gone, decisions: decided('erin', 'approve') }],
    ['complete', { pending: [row(7, 'erin')], baseline: new Set([7]), decisions: decided('erin', 'approve') }],
    [
      'complete',
      {
        answers: [answer('erin', { terms: false })],
        pending: [row(7, 'erin')],
        decisions: decided('erin', 'approve'),
      },
    ],
    [
      'problems',
      { answers: [answer('erin', { studentNumber: '2023-1' })], pending: [row(7, 'erin', '2023-2', '2019-4')] },
    ],
    [
      'complete',
      { answers: [answer('erin', { studentNumber: '2019 4' })], pending: [row(7, 'erin', '2023-2', '2019-4')] },
    ],
    [
      'problems',
      {
        answers: [answer('erin', { cells: { 소속: '경영학과' } })],
        pending: [row(7, 'erin')],
        rules: [{ column: '소속', oneOf: ['컴퓨터공학부'], say: { ko: '', en: '' } }],
      },
    ],
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

describe('accounts whose names differ by capitals only', () => {
  const [erin, Erin] = [row(7, 'erin'), row(8, 'Erin')];
  it.each([
    ['both ask', { answers: [answer('erin')], pending: [erin, Erin] }],
    ['one is a member', { answers: [answer('erin')], members: [erin], pending: [Erin] }],
    ['no one answers', { members: [erin], pending: [Erin] }],
    ['no one answers, both ask', { pending: [erin, Erin] }],
    [
      'an approver decided for one',
      { answers: [answer('erin')], pending: [erin, Erin], decisions: decided('erin', 'approve') },
    ],
  ])('are joined with no answer: %s', (_, halves) => {
    expect(match(halves).applicants).toMatchObject([
      { user: 'Erin', twin: 'erin', uid: null, state: 'duplicate', decision: null },
    ]);
  });

  it('block no other applicant, and one account in both lists is one', () => {
    const numbered = answer('erin', { studentNumber: '2023-10007' });
    const other = answer('finn', { row: 3, studentNumber: '2023-10007' });
    const { applicants } = match({ answers: [numbered, other], pending: [erin, Erin, row(9, 'finn')] });
    expect(applicants.map(({ user, state }) => [user, state])).toEqual([
      ['Erin', 'duplicate'],
      ['finn', 'complete'],
    ]);
    expect(match({ answers: [answer('erin')], members: [Erin], pending: [Erin] }).applicants).toMatchObject([
      { user: 'Erin', state: 'member', uid: 8 },
    ]);
  });
});

describe('several answers by one person', () => {
  it('counts the lowest row if times are missing', () => {
    const answers = [answer('erin', { row: 2, at: '2027-03-09T00:00:00Z' }), answer('erin', { row: 3, docker: true })];
    expect(match({ answers }).applicants).toMatchObject([{ answer: { row: 3 }, superseded: [2] }]);
  });

  it('counts the latest if each has a time', () => {
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

describe('the same person under two names', () => {
  const states = (a: Partial<Halves>) =>
    Object.fromEntries(
      match(a).applicants.map(({ user, state, twin }) => [user, twin ? `${state} of ${twin}` : state]),
    );
  const numbered = (user: string, line: number) => answer(user, { row: line, studentNumber: '2023-10007' });

  it('an answer with a mistyped name is a duplicate of the complete application', () => {
    const answers = [numbered('erim', 9), numbered('erin', 2)];
    expect(states({ answers, pending: [row(7, 'erin', '2023-10007')] })).toEqual({
      erim: 'duplicate of erin',
      erin: 'complete',
    });
  });

  it('a second account of a member is a duplicate, and of two answers the newer one continues', () => {
    const members = [row(1, 'erin', '2023-10007')];
    const pending = [row(7, 'erin2', '2023-10007')];
    expect(states({ answers: [answer('erin2')], members, pending })).toEqual({ erin2: 'duplicate of erin' });
    expect(states({ answers: [numbered('aa', 2), numbered('bb', 3)] })).toEqual({
      aa: 'duplicate of bb',
      bb: 'missing-request',
    });
  });

  it('an applicant who only claims a number does not displace the account that has it', () => {
    const answers = [numbered('erin', 2), numbered('mallory', 3)];
    const pending = [row(7, 'erin', '2023-10007'), row(8, 'mallory')];
    expect(states({ answers, pending })).toEqual({ erin: 'complete', mallory: 'duplicate of erin' });
  });

  it('an approver’s decision overrides it', () => {
    const answers = [numbered('erin', 2), numbered('erin2', 3)];
    const pending = [row(7, 'erin'), row(8, 'erin2')];
    expect(states({ answers, pending, decisions: decided('erin', 'approve') })).toEqual({
      erin: 'complete',
      erin2: 'complete',
    });
  });
});

describe('for all halves', () => {
  const UIDS: Readonly<Record<string, number>> = { ann: 1, Ann: 2, ANN: 3, bob: 4, BOB: 5, dee: 6 };
  const numbers = fc.array(fc.constantFrom('2023-1', '2023-2'), { maxLength: 2 });
  const name = fc.constantFrom('ann', 'bob', 'constructor', '__proto__', 'x y', 'dee');
  const rows = fc
    .uniqueArray(name, { maxLength: 6 })
    .chain((names) =>
      fc.tuple(...names.map(() => numbers)).map((all) => names.map((user, uid) => row(uid, user, ...(all[uid] ?? [])))),
    );
  const answers = fc
    .array(fc.record({ user: name, terms: fc.boolean(), studentNumber: fc.constantFrom('', '2023-1') }), {
      maxLength: 10,
    })
    .map((given) => given.map((more, index) => answer(more.user, { ...more, row: index + 2 })));

  it('no applicant is joined with an account while another account has nearly its name', () => {
    const spelled = fc.uniqueArray(fc.constantFrom('ann', 'Ann', 'ANN', 'bob', 'BOB', 'dee'), { maxLength: 6 });
    const pair = fc
      .tuple(spelled, spelled)
      .map((lists) => lists.map((names) => names.map((name) => row(UIDS[name]!, name))));
    fc.assert(
      fc.property(answers, pair, fc.subarray(['ann', 'bob']), (given, [pending = [], members = []], let_in) => {
        const decisions = new Map(let_in.map((user) => [user, decision(user, 'approve')]));
        const { applicants } = match({ answers: given, pending, members, decisions });
        const keys = applicants.map(({ user }) => accountKey(user));
        expect(new Set(keys).size).toBe(keys.length);
        for (const { user, uid, state } of applicants) {
          const alike = new Set(
            [...pending, ...members].filter((one) => accountKey(one.username!) === accountKey(user)),
          );
          const names = new Set([...alike].map(({ username }) => username));
          if (names.size > 1) expect([state, uid]).toEqual(['duplicate', null]);
          else if (uid !== null) expect(uid).toBe(UIDS[user]);
        }
      }),
    );
  });

  it('each person is one applicant, and complete only with both halves in order', () => {
    fc.assert(
      fc.property(answers, rows, rows, fc.subarray(['ann', 'bob']), (given, pending, members, bans) => {
        const { applicants } = match({ answers: given, pending, members, banned: new Set(bans) });
        expect(APPLICANT_STATES).toEqual(expect.arrayContaining(applicants.map(({ state }) => state)));
        const namesOf = (some: typeof members) => some.map(({ username }) => username);
        const users = applicants.map(({ user }) => user);
        expect(new Set(users).size).toBe(users.length);
        for (const answered of given) expect(users).toContain(answered.user);
        // A duplicate always has a twin that continues.
        for (const { twin } of applicants) if (twin !== null) expect([...users, ...namesOf(members)]).toContain(twin);
        for (const { user, state, answer: newest } of applicants)
          if (state === 'complete') {
            expect(newest?.terms).toBe(true);
            expect(bans).not.toContain(user);
            expect(pending.some(({ username }) => username === user)).toBe(true);
            expect(members.some(({ username }) => username === user)).toBe(false);
          }
      }),
    );
  });
});

it('looks for the groups of the account that applies, whatever its capitals', () => {
  const rules = [{ column: '소속', required: true, unlessMemberOf: ['graduate'], say: { ko: '', en: '' } }];
  const groups = new Map([['erin', new Set(['graduate'])]]);
  const pending = [row(7, 'Erin'), row(8, 'frank')];
  const { applicants } = match({ answers: [answer('erin'), answer('frank')], pending, rules, groups });
  expect(applicants.map(({ state }) => state)).toEqual(['complete', 'problems']);
});
