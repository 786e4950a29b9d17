import { expect, test } from 'vitest';
import { chooseParent, freeName, type Snapshot } from '../../../../activities/hosts/image/snapshots.ts';

const snapshot = (name: string, identity = name): Snapshot => ({ name, identity });
const leader = [snapshot('base'), snapshot('spring', 'uuid-of-spring'), snapshot('mine')];

test('the parent is the newest snapshot that all hosts have, under any name', () => {
  const others = { bernini: [snapshot('base'), snapshot('renamed', 'uuid-of-spring')], cojito: leader };
  expect(chooseParent(leader, others, 'new')).toMatchObject({ parent: { name: 'spring' }, lacking: [] });
});

test('a host without the newest snapshot makes an older one the parent; a host with none lacks it, and the others keep theirs', () => {
  const base = [snapshot('base')];
  expect(chooseParent(leader, { bernini: leader, cojito: base }, 'new')).toMatchObject({ parent: { name: 'base' } });
  expect(chooseParent(leader, { bernini: leader, cojito: base, derby: [] }, 'new')).toEqual({
    parent: snapshot('base'),
    lacking: ['derby'],
  });
  expect(chooseParent(leader, { bernini: leader, cojito: [] }, 'new')).toEqual({
    parent: snapshot('mine'),
    lacking: ['cojito'],
  });
});

test('the image is never its own parent, and without a shared snapshot the image is full', () => {
  expect(chooseParent(leader, { bernini: leader }, 'mine').parent?.name).toBe('spring');
  expect(chooseParent(leader, {}, 'new')).toEqual({ parent: null, lacking: [] });
  expect(chooseParent(leader, { bernini: [snapshot('foreign')] }, 'new')).toEqual({ parent: null, lacking: [] });
});

test('a second image of a day gets its own name', () => {
  expect(freeName('2027-02-12-gpu-update', new Set())).toBe('2027-02-12-gpu-update');
  const taken = new Set(['2027-02-12-gpu-update', '2027-02-12-gpu-update-2']);
  expect(freeName('2027-02-12-gpu-update', taken)).toBe('2027-02-12-gpu-update-3');
});
