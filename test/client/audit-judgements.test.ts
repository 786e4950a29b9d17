import { expect, test } from 'vitest';
import type { Facts } from '../../client/audit/facts.ts';
import { checkJudgements } from '../../client/audit/judgements.ts';
import type { ApplicantVerdict } from '../../domain/judgement.ts';

const judgement: ApplicantVerdict = {
  verdict: 'approve',
  users: ['heidi', 'ivan'],
  by: 'bob',
  at: '2027-03-05T00:00:00Z',
};
const placed = <T>(at: number, value: T) => ({ at, time: '2027-03-05T00:00:01Z', value });
const sent = (value = judgement) => placed(3, value);
const carried = (value = judgement) => placed(5, { judgement: value, signed: null, calledAt: 4 });

const run = (more: object, signed = false) =>
  ({
    workflow: 'applications/2027-spring',
    firstRun: 'first',
    judgements: [],
    carried: [],
    ...more,
    sites: [
      placed(1, {
        approvers: ['bob'],
        signed,
      }),
      placed(6, {
        approvers: ['bob', 'dave'],
        signed: false,
      }),
    ],
  }) as unknown as Facts;
const check = (...runs: Facts[]) => checkJudgements(runs, () => undefined);

test('without required signatures an approver’s verdict counts once, in this run or the next', async () => {
  const one = { counts: true, key: null, people: 2, wrong: false };
  expect(await check(run({ judgements: [sent()], carried: [carried()] }))).toMatchObject({
    judgements: [one],
    problems: [],
  });
  expect(await check(run({ judgements: [sent()] }), run({ carried: [carried()] }))).toMatchObject({
    judgements: [one],
    problems: [],
  });
  expect(await check(run({ judgements: [sent(), sent()], carried: [carried()] }))).toMatchObject({
    judgements: [one, { counts: false, wrong: false, reason: 'the service did not carry it out' }],
    problems: [],
  });
});

test.each([
  ['not signed where it had to be', run({ judgements: [sent()], carried: [carried()] }, true), /it is not signed/],
  [
    'of somebody who was no approver yet',
    run({ judgements: [sent({ ...judgement, by: 'dave' })], carried: [carried({ ...judgement, by: 'dave' })] }),
    /2 applicants by dave: dave was not an approver then/,
  ],
  [
    'signed with a key that nobody recorded',
    run({
      judgements: [sent({ ...judgement, signature: 'x' })],
      carried: [carried({ ...judgement, signature: 'x' })],
    }),
    /did not record with which key/,
  ],
  ['that nobody sent', run({ carried: [carried()] }), /2 applicants by bob counted, but no message contains it/],
  [
    'sent to the applications of another semester',
    [run({ judgements: [sent()], firstRun: 'other' }), run({ carried: [carried()] })],
    /counted, but no message contains it/,
  ],
])('finds a judgement %s', async (_, runs, problem) => {
  const { problems } = await check(...[runs].flat());
  expect(problems).toEqual([expect.stringMatching(problem)]);
  expect(problems.join()).not.toContain('heidi');
});
