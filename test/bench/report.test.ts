import { expect, test } from 'vitest';
import { reportOf, tableOf } from '../../bench/report.ts';
import { spreadOf } from '../../bench/statistics.ts';

test('the median is the one in the middle, or between the two in the middle', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ min: 1, median: 2, max: 3 });
  expect(spreadOf([10, 1, 2, 4])).toEqual({ min: 1, median: 3, max: 10 });
  expect(spreadOf([7])).toEqual({ min: 7, median: 7, max: 7 });
  expect(() => spreadOf([])).toThrow(/nothing was measured/);
});

const goals = {
  'rollout/runbook': { most: 0.45, unit: 'ratio' },
  'semester-overhead/events': { most: 400, unit: 'events' },
} as const;

test('ratios and values have the shape that is promised, and the median decides', () => {
  const samples = [
    { 'rollout/runbook': 0.4, 'semester-overhead/events': 440 },
    { 'rollout/runbook': 0.6, 'semester-overhead/events': 440 },
    { 'rollout/runbook': 0.43333, 'semester-overhead/events': 441 },
  ];
  const report = reportOf(goals, samples);
  expect(report).toEqual({
    'rollout/runbook': { ratio: { min: 0.4, median: 0.433, max: 0.6 }, goal: 0.45, met: true },
    'semester-overhead/events': { value: { min: 440, median: 440, max: 441 }, goal: 400, met: false },
  });
  const table = tableOf(report, goals);
  expect(table).toMatch(/rollout\/runbook.*0\.433.*≤ 0\.45 .*met/);
  expect(table).toMatch(/semester-overhead\/events.*≤ 400 events.*missed by 10 %/);
});

test('a result that was not measured is never one that met its goal', () => {
  expect(() => reportOf(goals, [{ 'rollout/runbook': 0.4 }])).toThrow(/semester-overhead\/events/);
});
