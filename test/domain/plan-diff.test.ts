import { expect, test } from 'vitest';
import { diffBindings } from '../../domain/plan-diff.ts';

test('names added and removed entries, in any order', () => {
  const before = { members: [{ user: 'mallory' }, { user: 'bob' }], zone: 'Asia/Seoul' };
  const after = { members: [{ user: 'bob' }, { user: 'eve' }], zone: 'UTC' };
  expect(diffBindings(before, after)).toEqual({
    lines: ['+ eve', '- mallory', '~ zone: Asia/Seoul → UTC'],
    total: 3,
  });
});

test('shows the changed fields inside a row that stayed', () => {
  const row = (packages: number) => ({ hosts: [{ name: 'asahi', kinds: ['docker'], packages }] });
  expect(diffBindings(row(1), row(2)).lines).toEqual(['~ hosts[asahi].packages: 1 → 2']);
});

test('distinguishes rows of one name by their other fields', () => {
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

test('shows keys that appear or vanish, and lists of names; equal plans have no lines', () => {
  expect(diffBindings({ a: 1 }, { b: [1] }).lines).toEqual(['~ a: 1 → nothing', '~ b: nothing → [1]']);
  expect(diffBindings({ names: ['a', 'b'] }, { names: ['b', 'c'] }).lines).toEqual(['+ c', '- a']);
  expect(diffBindings({ names: ['a', 'b'] }, { names: ['b', 'a'] })).toEqual({ lines: [], total: 0 });
});

test('shows the first lines and counts all', () => {
  const many = Array.from({ length: 30 }, (_, index) => ({ user: `u${index}` }));
  const diff = diffBindings([], many);
  expect([diff.lines.length, diff.total]).toEqual([20, 30]);
});

test('shows only the lines of a text that differ, each of them short', () => {
  const text = (middle: string) => ({ texts: { ko: `안녕하세요\n\n${middle}\n끝\n` } });
  expect(diffBindings(text('고맙습니다.'), text('감사합니다.\n또 뵙겠습니다.')).lines).toEqual([
    '- texts.ko:3: 고맙습니다.',
    '+ texts.ko:3: 감사합니다.',
    '+ texts.ko:4: 또 뵙겠습니다.',
  ]);
  expect(diffBindings({ t: 'a\nb' }, { t: 'b\na' }).lines).toEqual(['~ t: the same lines in another order or number']);
  const long = diffBindings(text('x'.repeat(5000)), text('y')).lines;
  expect(Math.max(...long.map((line) => line.length))).toBeLessThan(250);
  expect(diffBindings({ html: 'x'.repeat(5000) }, { html: 'y' }).lines.join().length).toBeLessThan(250);
});

test('a member is named by the account, and by the row number only if there is none', () => {
  const remove = [
    { uid: 33, username: 'zoe' },
    { uid: 34, username: null },
  ];
  expect(diffBindings({ remove }, { remove: [] }).lines).toEqual(['- zoe', '- 34']);
});
