import { expect, it } from 'vitest';
import { brokenRules, plainText, type SurveyRule } from '../../domain/survey-rules.ts';

const rule = (more: Partial<SurveyRule>): SurveyRule => ({ column: '소속', say: { ko: 'ㄱ', en: 'a' }, ...more });

it.each([
  [{ required: true }, '컴퓨터공학부', true],
  [{ required: true }, '  ', false],
  [{ required: true }, undefined, false],
  [{ oneOf: ['컴퓨터공학부', 'CSE'] }, ' ｃｓｅ ', true],
  [{ oneOf: ['컴퓨터공학부', 'CSE'] }, '경영학과', false],
  [{ oneOf: ['CSE'] }, '', false],
  [{ matches: '\\d{4}-\\d{5}' }, '2023-10007', true],
  [{ matches: '\\d{4}-\\d{5}' }, 'x 2023-10007', false],
  [{ matches: 'a|b' }, 'ab', false],
  [{ matches: 'a*' }, '', false],
] as const)('%o lets %j pass: %s', (more, given, passes) => {
  const cells: Record<string, string> = given === undefined ? {} : { 소속: plainText(given) };
  expect(brokenRules([rule(more)], cells)).toHaveLength(passes ? 0 : 1);
});

it('finds a question with any spacing of its title, and reads only own properties', () => {
  expect(brokenRules([rule({ column: ' Ｄept  of ', required: true })], { 'Dept of': 'CSE' })).toEqual([]);
  expect(brokenRules([rule({ column: 'constructor', required: true })], {})).toHaveLength(1);
});

it('judges an expression that backtracks without end in no time', () => {
  const before = performance.now();
  expect(brokenRules([rule({ matches: '(a+)+b' })], { 소속: 'a'.repeat(5000) })).toHaveLength(1);
  expect(performance.now() - before).toBeLessThan(2000);
});

it('a rule does not hold for members of the groups that it names', () => {
  const rules = [rule({ oneOf: ['딥러닝'], unlessMemberOf: ['undergraduate', 'graduate'] })];
  expect(brokenRules(rules, { 소속: '경영학과' }, new Set(['graduate']))).toEqual([]);
  expect(brokenRules(rules, {}, new Set(['graduate']))).toEqual([]);
  expect(brokenRules(rules, { 소속: '경영학과' }, new Set(['staff']))).toHaveLength(1);
  expect(brokenRules(rules, { 소속: '경영학과' })).toHaveLength(1);
  expect(brokenRules(rules, { 소속: '딥러닝' })).toEqual([]);
});
