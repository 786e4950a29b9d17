import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
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
  expect(text).toContain('deadline                  2027년 2월 10일 (수) 오후 11시 59분');
  expect(text).toContain('notice                    2027년 2월 3일 (수) 오후 11시 59분');
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

test('names the files that the worker needs and that do not exist here, and is no error', async () => {
  const found = await check({ site: await fileOf('site.yaml', await readFile(SITE_EXAMPLE, 'utf8')) });
  expect(found.code).toBe(0);
  for (const key of ['ssh.knownHosts', 'approvals.allowedSigners'])
    expect(found.text).toMatch(
      new RegExp(`^warning: ${key}: /\\S+ does not exist on this machine; the worker needs it: `, 'm'),
    );
});

test('--json prints the same for programs', async () => {
  const bad = JSON.parse((await check({ site: '/nonexistent.yaml', json: true })).text);
  expect(bad).toMatchObject({
    ok: false,
    code: 2,
    result: { issues: [{ file: '/nonexistent.yaml', line: null, expected: 'a YAML file' }], calendar: null },
  });
  const good = JSON.parse((await check({ site: SITE_EXAMPLE, semester: SEMESTER_EXAMPLE, json: true })).text);
  expect(good).toMatchObject({ ok: true, result: { issues: [], calendar: { deadline: '2027-02-10T14:59:59Z' } } });
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

describe('the templates of a site', () => {
  /** A site with the shipped templates, changed in a copy. */
  async function checkTemplates(change: (folder: string) => Promise<unknown>) {
    const site = await fileOf('site.yaml', `${await readFile(SITE_EXAMPLE, 'utf8')}templates: texts\n`);
    const folder = join(dirname(site), 'texts');
    await cp(join(import.meta.dirname, '../../templates'), folder, { recursive: true });
    await change(folder);
    return check({ site });
  }
  const edit = (name: string, change: (text: string) => string) => async (folder: string) =>
    writeFile(join(folder, name), change(await readFile(join(folder, name), 'utf8')));

  test.each([
    [
      'mail/ko/notice.md',
      (text: string) => `${text}\n{{ nonsense }}`,
      /texts\/mail\/ko\/notice\.md:\d+:1 {2}found undefined variable: nonsense/,
    ],
    ['mail/en/attention.md', (text: string) => `${text}{% if %}`, /texts\/mail\/en\/attention\.md:\d+:1 {2}found /],
    ['post.ko.md', () => '{{ unknown }}', /texts\/post\.ko\.md:1:1 {2}found undefined variable: unknown/],
    ['survey.ko.yaml', () => 'questions: [', /texts\/survey\.ko\.yaml {2}found /],
    ['leader-work.ko.md', () => '{{ x }}', /texts\/leader-work\.ko\.md:1:1 {2}found undefined variable: x/],
    [
      'messages/en.yaml',
      () => 'prune:\n  headline: "{{ many }}"\n',
      /texts\/messages\/en\.yaml:2:1 {2}found prune\.headline: undefined variable: many/,
    ],
    ['messages/ko.yaml', () => 'no:\n  such: a\n', /no\.such: there is no such message/],
  ])('%s with a fault is named before a mail is due', async (name, change, said) => {
    const { code, text } = await checkTemplates(edit(name, change));
    expect(text).toMatch(said);
    expect([code, text.trimEnd().split('\n')]).toEqual([2, [expect.anything(), '1 error']]);
  });

  test('line ends of Windows are accepted in all of them', async () => {
    const { code, text } = await checkTemplates(async (folder) => {
      const names = await readdir(folder, { recursive: true, withFileTypes: true });
      for (const entry of names.filter((one) => one.isFile())) {
        const file = join(entry.parentPath, entry.name);
        await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\n', '\r\n'));
      }
    });
    expect([code, text]).toEqual([0, expect.stringContaining('no errors')]);
  });

  test('a folder that does not exist, and files in another encoding', async () => {
    const gone = await checkTemplates((folder) => rm(folder, { recursive: true }));
    expect([gone.code, gone.text]).toEqual([2, expect.stringContaining('put the file back')]);
    const latin = await checkTemplates((folder) =>
      writeFile(join(folder, 'post.ko.md'), Buffer.from('M\u00fcller', 'latin1')),
    );
    expect(latin.text).toContain('texts/post.ko.md:1:1  found a byte that is no UTF-8 (0xfc)');
  });
});

test('files that site.yaml names and that do not exist are errors', async () => {
  const site = await fileOf(
    'site.yaml',
    await changedExample(
      SITE_EXAMPLE,
      ['{ source: postgres }', '{ source: csv, file: adresses.csv }'],
      ['allowedSigners: allowed_signers', 'allowedSigners: signers'],
    ),
  );
  const { code, text } = await check({ site });
  expect(code).toBe(2);
  expect(text).toMatch(/adresses\.csv {2}addresses\.file {2}found no readable file \(ENOENT\), expected a file/);
  expect(text).toMatch(/signers {2}approvals\.allowedSigners {2}found no readable file \(ENOENT\)/);
});
