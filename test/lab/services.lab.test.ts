import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { createTransport } from 'nodemailer';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PEOPLE } from '../../lab/people.ts';
import { type LabServices, SURVEY_COLUMNS, startServices } from '../../lab/services/index.ts';

let dir: string;
let services: LabServices;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'services-'));
  await chmod(dir, 0o711);
  services = await startServices({ dir: join(dir, 'one'), people: PEOPLE, address: '127.0.0.1' });
});
afterAll(async () => {
  await services?.stop();
  await rm(dir, { recursive: true, force: true });
});

describe('mail', () => {
  const send = (to: string, subject = '안내') => {
    const { host, port } = services.smtp;
    const transport = createTransport({ host, port });
    return transport
      .sendMail({ from: 'gpu@example.org', to, subject, text: '본문입니다.' })
      .finally(() => transport.close());
  };
  const subjects = async () => (await services.smtp.mails()).map((mail) => mail.subject);

  it('keeps what it receives, and counts connections', async () => {
    const before = services.smtp.connections();
    await send('erin@snu.ac.kr', '첫 안내');
    expect(services.smtp.connections()).toBe(before + 1);
    const [mail] = await services.smtp.mails();
    expect(mail).toMatchObject({ subject: '첫 안내', text: '본문입니다.' });
    expect(mail?.to).toMatchObject({ value: [{ address: 'erin@snu.ac.kr' }] });
  });

  it.each([
    ['refuse', 550],
    ['greylist', 451],
  ] as const)('can %s one recipient, once', async (kind, responseCode) => {
    services.smtp.failNext({ kind, to: 'frank@example.org' });
    await send('erin@snu.ac.kr', `${kind}: another`);
    await expect(send('frank@example.org', `${kind}: failing`)).rejects.toMatchObject({ responseCode });
    await send('frank@example.org', `${kind}: again`);
    expect((await subjects()).slice(-2)).toEqual([`${kind}: another`, `${kind}: again`]);
  });

  it('can cut the connection after DATA, with the mail received', async () => {
    services.smtp.failNext({ kind: 'cut' });
    await expect(send('erin@snu.ac.kr', 'cut')).rejects.toThrow(/closed|reset/i);
    expect((await subjects()).at(-1)).toBe('cut');
  });
});

it('has a homepage that accepts pushes', async () => {
  const folder = await services.git.checkout();
  expect(await readdir(join(folder, '_posts'))).toEqual(['2026-08-31-gpu.md']);
  expect(services.git.url).toMatch(/^file:\/\/.*homepage\.git$/);
});

it("has a survey in the format of a form's export", async () => {
  const { survey } = services;
  const row = { user: 'walter', studentNumber: '2023-1', email: 'walter@snu.ac.kr', docker: true, terms: false };
  await survey.add({ ...row, at: new Date('2027-03-02T00:00:00Z') });
  const records: unknown = parse(await readFile(survey.file), { columns: true, bom: true });
  expect(records).toEqual([
    {
      타임스탬프: '2027/03/02 09:00:00',
      [SURVEY_COLUMNS.username]: 'walter',
      [SURVEY_COLUMNS.studentNumber]: '2023-1',
      [SURVEY_COLUMNS.email]: 'walter@snu.ac.kr',
      [SURVEY_COLUMNS.docker]: '예',
      [SURVEY_COLUMNS.terms]: '동의하지 않습니다',
    },
  ]);
});

it('ends with the process that started it, after any kind of end', async () => {
  const program = `
    import { startServices } from './lab/services/index.ts';
    import { PEOPLE } from './lab/people.ts';
    const { idServer, smtp } = await startServices({ dir: process.argv[1], people: PEOPLE, address: '127.0.0.1' });
    process.stdout.write(JSON.stringify({ url: idServer.url, database: idServer.adminUrl, port: smtp.port }), () =>
      process.kill(process.pid, 'SIGKILL'));
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, join(dir, 'two')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said, [, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(signal).toBe('SIGKILL');
  const { url, database } = JSON.parse(said) as { url: string; database: string };
  const refused = async (attempt: () => Promise<unknown>) =>
    attempt().then(
      () => 'answers',
      (error: Error & { code?: string; cause?: { code?: string } }) => error.code ?? error.cause?.code,
    );
  await expect.poll(() => refused(() => fetch(`${url}/api/group`))).toBe('ECONNREFUSED');
  await expect.poll(() => refused(() => new pg.Client({ connectionString: database }).connect())).toBe('ECONNREFUSED');
});
