import { expect, test } from 'vitest';
import { many } from '../../domain/many.ts';

test('one home, two homes, no homes, one person, three people', () => {
  expect([many(1, 'home'), many(2, 'home'), many(0, 'home')]).toEqual(['1 home', '2 homes', '0 homes']);
  expect([many(1, 'person', 'people'), many(3, 'person', 'people')]).toEqual(['1 person', '3 people']);
});
