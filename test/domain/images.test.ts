import { expect, test } from 'vitest';
import { superfluous } from '../../domain/images.ts';

const image = (name: string, parent: string | null) => ({ name, uuid: name, parent: parent ? { uuid: parent } : null });
const images = [
  image('five', 'four'),
  image('four', 'two'),
  image('three', 'two'),
  image('two', 'one'),
  image('one', null),
];
const names = (keep: number, next: string | null) => superfluous(images, keep, next).map(({ name }) => name);

test('the newest stay, and the parents of these, and what the next one goes on top of', () => {
  expect(names(5, null)).toEqual([]);
  expect(names(2, null)).toEqual(['three', 'one']);
  expect(names(1, 'three')).toEqual(['two', 'one']);
  expect(names(1, 'unknown')).toEqual(['three', 'two', 'one']);
});

test('the newest one never goes', () => {
  expect(names(0, null)).toEqual(['three', 'two', 'one']);
});
