import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { startSmtp } from '../../lab/services/smtp.ts';

test('a client that goes in the middle of its message sent none, and the server goes on', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'smtp-'));
  const smtp = await startSmtp({ dir, address: '127.0.0.1' });
  const socket = connect(smtp.port, smtp.host);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  try {
    await lines.next();
    for (const said of ['HELO x', 'MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'DATA']) {
      socket.write(`${said}\r\n`);
      await lines.next();
    }
    socket.write('Subject: half', () => socket.destroy());
    await once(socket, 'close');
    const next = connect(smtp.port, smtp.host);
    const [greeting] = (await once(next, 'data')) as [Buffer];
    expect(greeting.toString()).toMatch(/^220/);
    next.destroy();
    await expect.poll(() => smtp.connections()).toBe(2);
    expect(await smtp.mails()).toEqual([]);
  } finally {
    await smtp.end();
    await rm(dir, { recursive: true });
  }
});
