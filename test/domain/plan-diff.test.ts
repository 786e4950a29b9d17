import { expect, test } from 'vitest';
import { diffBindings } from '../../domain/plan-diff.ts';

test('names who came and who went, whatever their order', () => {
  const before = { members: [{ user: 'mallory' }, { user: 'bob' }], zone: 'Asia/Seoul' };
  const after = { members: [{ user: 'bob' }, { user: 'eve' }], zone: 'UTC' };
  expect(diffBindings(before, after)).toEqual({
    lines: ['+ eve', '- mallory', '~ zone: Asia/Seoul → UTC'],
    total: 3,
  });
});

test('says what changed inside a row that stayed', () => {
  const row = (packages: number) => ({ hosts: [{ name: 'asahi', kinds: ['docker'], packages }] });
  expect(diffBindings(row(1), row(2)).lines).toEqual(['~ hosts[asahi].packages: 1 → 2']);
});

test('tells rows of one name apart by what else they hold', () => {
  const before = [
    { user: 'bob', host: 'asahi' },
    { user: 'bob', host: 'derby' },
  ];
  const after = [before[0], { user: 'bob', host: 'faust' }];
  expect(diffBindings(before, after).lines).toEqual([
    '+ bob {"user":"bob","host":"faust"}',
    '- bob {"user":"bob","host":"derby"}',
  ]);
});

test('keys that appear or vanish, lists of names, and equal plans', () => {
  expect(diffBindings({ a: 1 }, { b: [1] }).lines).toEqual(['~ a: 1 → nothing', '~ b: nothing → [1]']);
  expect(diffBindings({ names: ['a', 'b'] }, { names: ['b', 'c'] }).lines).toEqual(['+ c', '- a']);
  expect(diffBindings({ names: ['a', 'b'] }, { names: ['b', 'a'] })).toEqual({ lines: [], total: 0 });
});

test('shows the first lines and counts all', () => {
  const many = Array.from({ length: 30 }, (_, index) => ({ user: `u${index}` }));
  const diff = diffBindings([], many);
  expect([diff.lines.length, diff.total]).toEqual([20, 30]);
});
