import { expect, test } from 'vitest';
import { casesOf } from '../../bench/cases.ts';

const wanted = (only?: string) => casesOf(only).flatMap((chosen) => chosen.wanted);

test('a whole name means one result, the beginning of one means all that begin so', () => {
  expect(wanted('rollout/ansible')).toEqual(['rollout/ansible']);
  expect(wanted('rollout/a')).toEqual(['rollout/ansible', 'rollout/ansible-outside-reboots']);
  expect(wanted('applications')).toContain('applications-2000/memory');
  expect(wanted().length).toBeGreaterThan(10);
  expect(() => casesOf('rollout/by-hand')).toThrow(/rollout\/by-hand; use one of: .*docker-grants\/playbook/);
});
