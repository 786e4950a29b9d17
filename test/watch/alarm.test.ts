import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAlarmWays, type AlarmWays } from '../../watch/alarm.ts';
import type { Finding } from '../../watch/finding.ts';
import { alarm } from '../../watch/run.ts';
import { startSmtp, type TestSmtp } from '../activities/mail/smtp.ts';

let smtp: TestSmtp;
let folder: string;
let ways: AlarmWays;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'alarm-'));
  smtp = await startSmtp({ auth: { user: 'w@example.org', pass: 'p@ss/word' } });
  ways = await readAlarmWays({
    SEMESTER_WATCH_SMTP_URL: `smtp://w%40example.org:p%40ss%2Fword@127.0.0.1:${smtp.port}`,
    SEMESTER_WATCH_FROM: 'watch@example.org',
    SEMESTER_WATCH_TO: 'kim@example.org, lee@example.org',
  });
});
afterEach(async () => {
  await smtp.stop();
  await rm(folder, { recursive: true });
});

const finding = (about: string): Finding => ({
  check: 'run',
  about,
  since: null,
  found: `${about} is stuck`,
  remedy: 'docs/at-3am.md',
});
const at = (hours: number) => new Date(Date.parse('2027-02-20T12:00:00Z') + hours * 3_600_000);
const subjects = () => smtp.mails.map(({ subject }) => subject);

test('a finding is mailed once to everyone, again with a new one, daily, and when all is well again', async () => {
  const memory = { file: path.join(folder, 'watch.json'), before: null };
  const look = async (hours: number, ...findings: Finding[]) => {
    expect((await alarm(ways, findings, memory, at(hours))).failed).toEqual([]);
    return smtp.mails.length;
  };
  expect(await look(0)).toBe(0);
  expect(await look(1, finding('site/x'))).toBe(1);
  expect(await look(2, finding('site/x'))).toBe(1);
  expect(await look(3, finding('site/x'), finding('host/asahi'))).toBe(2);
  expect(await look(26, finding('site/x'), finding('host/asahi'))).toBe(2);
  expect(await look(28, finding('site/x'), finding('host/asahi'))).toBe(3);
  expect(await look(29)).toBe(4);
  expect(await look(30)).toBe(4);
  expect(subjects()).toEqual([
    '[gpu-semester] site/x is stuck',
    '[gpu-semester] host/asahi is stuck (and 1 more)',
    '[gpu-semester] site/x is stuck (and 1 more)',
    '[gpu-semester] all is well again',
  ]);
  expect(smtp.mails[0]?.text).toContain('docs/at-3am.ko.md');
  expect(JSON.stringify(smtp.mails[0]?.to)).toMatch(/kim@example.org.*lee@example.org/);
});

test('a mail that the second server refuses goes out at the next look', async () => {
  const { faults } = smtp as unknown as { faults: { refuse: TestSmtp['faults']['refuse'] } };
  faults.refuse = () => ({ code: 550, text: 'no' });
  const memory = { file: path.join(folder, 'watch.json'), before: null };
  expect((await alarm(ways, [finding('site/x')], memory)).failed).toEqual([expect.stringContaining('550 no')]);
  faults.refuse = () => null;
  expect((await alarm(ways, [finding('site/x')], memory)).done).toHaveLength(1);
  expect(smtp.mails).toHaveLength(1);
});

test("the dead man's switch is called only while nothing is wrong and every alarm would arrive", async () => {
  const calls: string[] = [];
  const server = createServer((request, response) => void (calls.push(request.url ?? ''), response.end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const pingUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/uuid`;
  try {
    const memory = { file: null, before: null };
    await alarm({ mail: null, pingUrl }, [finding('site/x')], memory);
    expect(calls).toEqual([]);
    expect((await alarm({ mail: null, pingUrl }, [], memory)).done).toEqual(['called the ping address']);
    expect(calls).toEqual(['/uuid']);
    // The news that all is well cannot be mailed.
    await smtp.stop();
    await alarm({ ...ways, pingUrl }, [], { file: null, before: { names: ['run site/x'], mailedAt: '' } });
    expect(calls).toHaveLength(1);
  } finally {
    server.close();
  }
  const { failed } = await alarm({ mail: null, pingUrl }, [], { file: null, before: null });
  expect(failed).toEqual([expect.stringContaining('does not answer')]);
  expect(failed.join()).not.toContain('uuid');
});

test.each([
  [{ SEMESTER_WATCH_SMTP_URL: 'mail.example.org' }, 'SEMESTER_WATCH_SMTP_URL is not an address'],
  [{ SEMESTER_WATCH_SMTP_URL: 'smtp://a:b@c', SEMESTER_WATCH_FROM: 'w@x.org' }, 'SEMESTER_WATCH_TO'],
  [{ SEMESTER_WATCH_PING_URL: 'ftp://x' }, 'SEMESTER_WATCH_PING_URL is not an address'],
])('a wrong configuration names the variable: %j', async (env, message) => {
  await expect(readAlarmWays(env)).rejects.toThrow(message);
});
