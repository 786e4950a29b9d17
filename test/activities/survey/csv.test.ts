import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvSource, parseSurvey } from '../../../activities/survey/csv.ts';

const survey = {
  source: 'csv' as const,
  editors: [],
  csv: '/nowhere/survey.csv?key=secret',
  columns: { username: '계정', studentNumber: '학번', email: '이메일', docker: 'Docker', terms: '약관 동의' },
  yes: ['예', 'Yes'],
};
const site = { zone: 'Asia/Seoul', survey };
const header = '타임스탬프,계정,학번,이메일,Docker,약관 동의';
const parsed = (...rows: string[]) => parseSurvey([header, ...rows].join('\r\n'), site);

const tidy: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const act of tidy.splice(0)) await act();
});

describe('the CSV', () => {
  it('is read by the names of its columns, in any order, with a byte-order mark', () => {
    const text = '\uFEFF약관  동의,Docker,이메일,학번,계정\n예, yes ,a@x.kr,2023-1, Erin \n';
    expect(parseSurvey(text, site).answers).toEqual([
      {
        row: 2,
        at: null,
        user: 'erin',
        studentNumber: '2023-1',
        email: 'a@x.kr',
        docker: true,
        terms: true,
        cells: {
          '약관 동의': '예',
          Docker: 'yes',
          이메일: 'a@x.kr',
          학번: '2023-1',
          계정: 'Erin',
        },
      },
    ]);
  });

  it('is read at once, however long the answers are that anybody may give', () => {
    const long = 60_000;
    const began = performance.now();
    const { answers } = parsed(
      `2027-03-03T09${'['.repeat(long)},erin,1,a@${'.'.repeat(long)} x,예,예`,
      `${'2'.repeat(long)},frank,${'1'.repeat(long)},${'@'.repeat(long)},${'예'.repeat(long)},예`,
    );
    expect(answers).toMatchObject([
      { user: 'erin', email: null, at: null },
      { user: 'frank', email: null, at: null, docker: false },
    ]);
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('accepts Korean times, quoted commas and line breaks, short rows', () => {
    const { answers } = parsed('2027. 3. 3 오전 9:12:34,erin,1,a@x.kr,예,"예, 동의\n합니다"', '', '?,finn');
    expect(answers).toMatchObject([
      { row: 2, at: '2027-03-03T00:12:34Z', user: 'erin', docker: true, terms: false },
      { row: 4, at: null, user: 'finn', email: null, docker: false, terms: false },
    ]);
  });

  it('names row and column of an invalid value, and no person', () => {
    expect(parsed(',,2023-1,a@x.kr,예,예', `,${'x'.repeat(65)},,,,`)).toEqual({
      answers: [],
      unusable: ['row 2, column "계정": empty', 'row 3, column "계정": no account name'],
    });
  });

  it('ignores an invalid address', () => {
    expect(parsed(',erin,1,"a@x.kr, b@x.kr",예,예').answers).toMatchObject([{ email: null }]);
  });

  it('refuses a survey without a configured column, and names the setting', () => {
    expect(() => parseSurvey('계정,학번\n', site)).toThrow(
      expect.objectContaining({
        type: 'ConfigInvalid',
        nonRetryable: true,
        message: expect.stringMatching(/row 1 has no column "이메일"; set survey.columns.email .*"계정", "학번"/),
      }),
    );
  });

  it('is retried when it is cut off', () => {
    expect(() => parsed('x,"erin')).toThrow(expect.objectContaining({ type: 'Unreachable', nonRetryable: false }));
    expect(() => parseSurvey('', site)).toThrow(expect.objectContaining({ type: 'Unreachable' }));
  });
});

describe('the location of the CSV', () => {
  const at = (csv: string, token?: string) =>
    csvSource({ ...site, survey: { ...survey, csv } }, token).responses('2027-spring');

  it('can be a file', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'survey-'));
    tidy.push(() => rm(dir, { recursive: true }));
    await writeFile(join(dir, 'a.csv'), `${header}\n,erin,1,a@x.kr,예,예\n`);
    expect((await at(join(dir, 'a.csv'))).answers).toHaveLength(1);
    await expect(at(join(dir, 'b.csv'))).rejects.toMatchObject({ type: 'Unreachable', nonRetryable: false });
  });

  describe('at an address', () => {
    const csv = `${header}\n,erin,1,a@x.kr,예,예\n`;
    const signIn: Page = [200, '<!DOCTYPE html><p>Sign in'];
    type Page = readonly [status: number, body: string];
    /** The replies to a stranger and to the bearer of the token. */
    const PAGES: Record<string, readonly [Page, Page]> = {
      '/kept': [
        [401, 'no'],
        [200, csv],
      ],
      '/kept-by-a-page': [signIn, [200, csv]],
      '/public': [
        [200, csv],
        [200, csv],
      ],
      '/another-token': [
        [401, 'no'],
        [403, 'no'],
      ],
      '/sign-in': [signIn, signIn],
      '/down': [
        [503, 'no'],
        [503, 'no'],
      ],
    };
    let asked: string[] = [];
    let url: (path: string) => string;
    beforeEach(async () => {
      asked = [];
      const server = createServer(({ url: path = '', headers }, response) => {
        const name = path.replace(/\?.*/, '');
        const { authorization } = headers;
        asked.push(`${name} ${authorization ?? 'nobody'}`);
        const [stranger, ours] = PAGES[name] ?? PAGES['/down']!;
        const [status, body] = authorization === 'Bearer hunter2' ? ours : stranger;
        response.writeHead(status).end(body);
      });
      await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
      tidy.push(() => new Promise((closed) => server.close(closed)));
      const { port } = server.address() as AddressInfo;
      url = (path) => `http://127.0.0.1:${port}${path}?key=secret`;
    });

    it.each(['/kept', '/kept-by-a-page'])('%s is read with the token, after a stranger got nothing', async (path) => {
      expect((await at(url(path), 'hunter2')).answers).toHaveLength(1);
      expect(asked).toEqual([`${path} nobody`, `${path} Bearer hunter2`]);
    });

    it('is refused if a stranger can read it, and never receives the token', async () => {
      await expect(at(url('/public'), 'hunter2')).rejects.toMatchObject({
        type: 'ConfigInvalid',
        nonRetryable: true,
        message: expect.stringMatching(/opens without credentials.*names and student numbers/),
      });
      expect(asked).toEqual(['/public nobody']);
    });

    it.each([
      ['/kept', undefined, 'ConfigInvalid', /SEMESTER_SURVEY_TOKEN is not set/],
      ['/another-token', 'hunter2', 'ConfigInvalid', /403.*new token/],
      ['/sign-in', 'hunter2', 'Unreachable', /a web page/],
      ['/down', 'hunter2', 'Unreachable', /503/],
    ])('%s with token %s fails with %s, and repeats neither query nor token', async (path, token, type, message) => {
      const failure: unknown = await at(url(path), token).catch((error: unknown) => error);
      expect(failure).toMatchObject({ type, message: expect.stringMatching(message) });
      expect(String(failure)).not.toMatch(/secret|hunter2/);
    });
  });
});

describe('exports that are not what they seem', () => {
  const columns = '계정,학번,이메일,Docker,약관 동의';

  it.each([
    [`${columns},계정`, 'has the column "계정" twice; rename or delete one of them'],
    [`${columns},소속,소\u200b속`, 'has the column "소속" twice'],
    [columns.replaceAll(',', ';'), 'is separated by semicolons, not by commas; export it with commas'],
    [columns.replaceAll(',', '\t'), 'is separated by tabs'],
  ])('%j is refused by name', (header, said) => {
    expect(() => parseSurvey(`${header}\n`, site)).toThrow(said);
  });

  it('has names without invisible characters', () => {
    const { answers } = parseSurvey(`\ufeff${columns}\n\u200berin\u200d,1\u00ad2,a@x.kr\u2060,예\u200b,예\n`, site);
    expect(answers).toMatchObject([{ user: 'erin', studentNumber: '12', email: 'a@x.kr', docker: true, terms: true }]);
  });

  it.each([
    [
      'CP949',
      Buffer.concat([Buffer.from('a,'), Buffer.from([0xc7, 0xd0])]),
      'a byte that is no UTF-8 (0xc7), as in files of',
    ],
    ['UTF-16', Buffer.from('\ufeff계정,학번', 'utf16le'), 'text in UTF-16'],
  ])('in %s are named with the remedy', async (_, bytes, said) => {
    const folder = await mkdtemp(join(tmpdir(), 'survey-'));
    tidy.push(() => rm(folder, { recursive: true }));
    const file = join(folder, 'survey.csv');
    await writeFile(file, bytes);
    const source = csvSource({ ...site, survey: { ...survey, csv: file } }, undefined);
    await expect(source.responses('x')).rejects.toMatchObject({
      type: 'ConfigInvalid',
      message: expect.stringMatching(new RegExp(`${said.replace(/[()]/g, '.')}.*save the file as UTF-8`)),
    });
  });
});
