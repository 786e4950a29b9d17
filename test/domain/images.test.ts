import { expect, test } from 'vitest';
import { deferredImageState, unneededImages } from '../../domain/images.ts';

const image = (name: string, parent: string | null) => ({ name, uuid: name, parent: parent ? { uuid: parent } : null });
const images = [
  image('five', 'four'),
  image('four', 'two'),
  image('three', 'two'),
  image('two', 'one'),
  image('one', null),
];
const names = (keep: number, next: string | null) => unneededImages(images, keep, next).map(({ name }) => name);

test('the newest stay, with their parents and the parent of the next one', () => {
  expect(names(5, null)).toEqual([]);
  expect(names(2, null)).toEqual(['three', 'one']);
  expect(names(1, 'three')).toEqual(['two', 'one']);
  expect(names(1, 'unknown')).toEqual(['three', 'two', 'one']);
});

test('the newest one never goes', () => {
  expect(names(0, null)).toEqual(['three', 'two', 'one']);
});

test.each([
  ['an older one runs', 'three', 'four', 'deferred'],
  ['the running image is unknown', null, 'four', 'deferred'],
  ['the running image was deleted', 'nine', 'four', 'deferred'],
  ['it runs already, and a person has to confirm that', 'four', 'four', 'deferred'],
  ['it runs already, and its image was deleted', 'nine', 'nine', 'deferred'],
  ['a newer one runs', 'five', 'four', 'newer-runs'],
  ['a newer one runs, and the deferred one was deleted', 'two', 'nine', 'newer-runs'],
  ['it was deleted', 'nine', 'eight', 'gone'],
  ['it was deleted, and the running image is unknown', null, 'nine', 'gone'],
])('an image that is deferred to a host: %s', (_what, runs, deferred, is) => {
  expect(deferredImageState(images, { runs, deferred })).toBe(is);
});
