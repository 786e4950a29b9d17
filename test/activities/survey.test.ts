import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseSurvey, readSurvey } from '../../activities/survey.ts';
import type { Site } from '../../domain/site.ts';

const survey = {
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
        ...{ row: 2, at: null, user: 'erin', studentNumber: '2023-1', email: 'a@x.kr', docker: true, terms: true },
        cells: { '약관 동의': '예', Docker: 'yes', 이메일: 'a@x.kr', 학번: '2023-1', 계정: 'Erin' },
      },
    ]);
  });

  it('takes Korean times, quoted commas and line breaks, short rows', () => {
    const { answers } = parsed('2027. 3. 3 오전 9:12:34,erin,1,a@x.kr,예,"예, 동의\n합니다"', '', '?,finn');
    expect(answers).toMatchObject([
      { row: 2, at: '2027-03-03T00:12:34Z', user: 'erin', docker: true, terms: false },
      { row: 4, at: null, user: 'finn', email: null, docker: false, terms: false },
    ]);
  });

  it('names row and column of what cannot be used, and no person', () => {
    expect(parsed(',,2023-1,a@x.kr,예,예', `,${'x'.repeat(65)},,,,`)).toEqual({
      answers: [],
      unusable: ['row 2, column "계정": empty', 'row 3, column "계정": no account name'],
    });
  });

  it('mails no address that is none', () => {
    expect(parsed(',erin,1,"a@x.kr, b@x.kr",예,예').answers).toMatchObject([{ email: null }]);
  });

  it('refuses a survey without a configured column, and says where to set it', () => {
    expect(() => parseSurvey('계정,학번\n', site)).toThrow(
      expect.objectContaining({
        type: 'ConfigInvalid',
        nonRetryable: true,
        message: expect.stringMatching(/row 1 has no column "이메일"; set survey.columns.email .*"계정", "학번"/),
      }),
    );
  });

  it('is tried again when it is cut off', () => {
    expect(() => parsed('x,"erin')).toThrow(expect.objectContaining({ type: 'Unreachable', nonRetryable: false }));
    expect(() => parseSurvey('', site)).toThrow(expect.objectContaining({ type: 'Unreachable' }));
  });
});

describe('where it lies', () => {
  const at = (csv: string) => readSurvey({ ...site, survey: { ...survey, csv } } as unknown as Site);

  it('may be a file', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'survey-'));
    tidy.push(() => rm(dir, { recursive: true }));
    await writeFile(join(dir, 'a.csv'), `${header}\n,erin,1,a@x.kr,예,예\n`);
    expect((await at(join(dir, 'a.csv'))).answers).toHaveLength(1);
    await expect(at(join(dir, 'b.csv'))).rejects.toMatchObject({ type: 'Unreachable', nonRetryable: false });
  });

  it('may be an address, whose query no error repeats', async () => {
    const pages: Record<string, [number, string]> = {
      '/ok': [200, `${header}\n,erin,1,a@x.kr,예,예\n`],
      '/login': [200, '<!DOCTYPE html><p>Sign in'],
      '/gone': [404, 'no'],
    };
    const server = createServer((request, response) => {
      const [status, body] = pages[(request.url ?? '').replace(/\?.*/, '')] ?? [500, ''];
      response.writeHead(status).end(body);
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    tidy.push(() => new Promise((closed) => server.close(closed)));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const url = (path: string) => `http://127.0.0.1:${address.port}${path}?key=secret`;

    expect((await at(url('/ok'))).answers).toHaveLength(1);
    for (const path of ['/login', '/gone']) {
      const failure: unknown = await at(url(path)).catch((error: unknown) => error);
      expect(failure).toMatchObject({ type: 'Unreachable', message: expect.stringContaining(path) });
      expect(String(failure)).not.toContain('secret');
    }
  });
});
