import { expect, test } from 'vitest';
import { runCheck, type CheckOptions } from '../../client/commands/check.ts';
import { changedExample, fileOf, SEMESTER_EXAMPLE, SITE_EXAMPLE } from '../config/files.ts';

async function check(options: CheckOptions) {
  const printed: string[] = [];
  const code = await runCheck({ now: new Date('2027-01-10'), print: (text) => printed.push(text), ...options });
  return { code, text: printed.join('\n') };
}

test('valid files end with 0 and print the dates', async () => {
  const { code, text } = await check({ site: SITE_EXAMPLE, semester: SEMESTER_EXAMPLE });
  expect(code).toBe(0);
  expect(text).toContain('6 GPU servers (asahi bernini cojito derby eggnog faust)');
  expect(text).toContain('deadline                  2027년 2월 10일 (수) 23시 59분');
  expect(text).toContain('notice                    2027년 2월 3일 (수) 23시 59분');
});

test('invalid files end with 2 and print every error of both', async () => {
  const site = await fileOf('site.yaml', await changedExample(SITE_EXAMPLE, ['name: cojito', 'name: asahi']));
  const semester = await fileOf('semester.yaml', await changedExample(SEMESTER_EXAMPLE, ['mode: update', 'mode: x']));
  const { code, text } = await check({ site, semester });
  expect(code).toBe(2);
  expect(text).toMatch(
    /site\.yaml:\d+:\d+ {2}hosts\[2\]\.name {2}found "asahi", expected a name not used before \(line/,
  );
  expect(text).toMatch(/semester\.yaml:\d+:\d+ {2}mode {2}found "x", expected update or reinstall\n2 errors$/);
});

test('--json prints the same for programs', async () => {
  const bad = JSON.parse((await check({ site: '/nonexistent.yaml', json: true })).text);
  expect(bad).toMatchObject({
    ok: false,
    issues: [{ file: '/nonexistent.yaml', line: null, expected: 'a YAML file' }],
  });
  const good = JSON.parse((await check({ site: SITE_EXAMPLE, semester: SEMESTER_EXAMPLE, json: true })).text);
  expect(good).toMatchObject({ ok: true, issues: [], calendar: { deadline: '2027-02-10T14:59:59Z' } });
});

test('check handles a past deadline, a starter who is an approver, flags, and no files', async () => {
  const late = await check({ site: SITE_EXAMPLE, semester: SEMESTER_EXAMPLE, now: new Date('2027-02-11') });
  expect([late.code, late.text]).toEqual([2, expect.stringContaining('expected a date after now')]);
  const two = await changedExample(SITE_EXAMPLE, ['  wipe: 2', '  wipe: 3']);
  expect((await check({ site: await fileOf('site.yaml', two), by: 'kim' })).code).toBe(2);
  expect((await check({ site: await fileOf('site.yaml', two), by: 'choi' })).code).toBe(0);
  const flag = await check({ semester: SEMESTER_EXAMPLE, overrides: { deadline: 'soon' } });
  expect(flag.text).toContain('command line  deadline  found "soon"');
  expect((await check({})).code).toBe(2);
});
