import { expect, test } from 'vitest';
import { commonParent, freeName, type Snapshot } from '../../../activities/hosts/snapshots.ts';

const snapshot = (name: string, identity = name): Snapshot => ({ name, identity });
const leader = [snapshot('base'), snapshot('spring', 'uuid-of-spring'), snapshot('mine')];

test('the parent is the newest snapshot that everybody has, whatever it is called there', () => {
  const others = [[snapshot('base'), snapshot('renamed', 'uuid-of-spring')], leader];
  expect(commonParent(leader, others, 'new')?.name).toBe('spring');
});

test('one host without the newest pushes the parent back, one without any makes the image a full one', () => {
  expect(commonParent(leader, [leader, [snapshot('base')]], 'new')?.name).toBe('base');
  expect(commonParent(leader, [leader, []], 'new')).toBeNull();
});

test('the image itself is never its own parent, and nobody to compare with means a full image', () => {
  expect(commonParent(leader, [leader], 'mine')?.name).toBe('spring');
  expect(commonParent(leader, [], 'new')).toBeNull();
});

test('a second image of a day gets its own name', () => {
  expect(freeName('2027-02-12-gpu-update', new Set())).toBe('2027-02-12-gpu-update');
  const taken = new Set(['2027-02-12-gpu-update', '2027-02-12-gpu-update-2']);
  expect(freeName('2027-02-12-gpu-update', taken)).toBe('2027-02-12-gpu-update-3');
});
