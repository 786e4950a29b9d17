import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sendLedgerMail } from '../../../activities/mail/send.ts';
import { createMailTransport } from '../../../activities/mail/transport.ts';
import { openStore } from '../../../activities/store/open.ts';
import { copyEmptyStore } from '../../../lab/setup/empty-store.ts';
import { mailsOf, siteWith } from './fixtures.ts';
import { startSmtp, type TestSmtp } from './smtp.ts';

let smtp: TestSmtp;
let dir: string;
beforeEach(async () => {
  [smtp, dir] = await Promise.all([startSmtp(), mkdtemp(join(tmpdir(), 'crash-'))]);
  await copyEmptyStore(dir);
});
afterEach(async () => {
  await smtp.stop();
  await rm(dir, { recursive: true });
});

const script = fileURLToPath(new URL('crash-child.ts', import.meta.url));

test('a worker killed between DATA and the reply: the next one mails no person twice, and names the unknown mails', async () => {
  const child = execa(process.execPath, [script, dir, String(smtp.port)], { reject: false });
  smtp.faults.received = async (mail) => {
    if (!mail.subject?.includes('bob')) return;
    child.kill('SIGKILL');
    await child;
  };
  const { stderr, signal } = await child;
  expect({ stderr, signal }).toMatchObject({ signal: 'SIGKILL' });
  smtp.faults.received = () => undefined;

  const store = await openStore({ dir });
  const tally = await sendLedgerMail(
    { store, transport: createMailTransport() },
    { site: siteWith(smtp.port) },
    mailsOf('2027-spring', ['ada', 'bob', 'eve']),
  );
  expect(tally).toEqual({ sent: ['eve'], already: ['ada'], unknown: ['bob'], bounced: [], refused: [], noAddress: [] });
  const states = (await store.listMail('2027-spring')).map(({ person, state }) => [person, state]);
  expect(Object.fromEntries(states)).toEqual({ ada: 'sent', bob: 'unknown', eve: 'sent' });
  expect(smtp.mails.map(({ subject }) => subject)).toEqual(['안내 ada', '안내 bob', '안내 eve']);
  await store.close();
}, 90_000);
