import { once } from 'node:events';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { LabSmtp, MailFault } from './types.ts';

/** An error with an SMTP reply code. */
const answer = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode });

/** Starts an SMTP server on `address` that stores each mail as `dir/mail/NNNNNN.eml`, and injects faults on request. */
export async function startSmtp(a: { dir: string; address: string }): Promise<LabSmtp & { end(): Promise<void> }> {
  const folder = join(a.dir, 'mail');
  await mkdir(folder, { recursive: true });
  const faults: { fault: MailFault; left: number }[] = [];
  let connections = 0;
  let received = (await readdir(folder)).length;

  const take = (kinds: readonly MailFault['kind'][], recipients: readonly string[]) => {
    const found = faults.find(
      ({ fault, left }) => left > 0 && kinds.includes(fault.kind) && (!fault.to || recipients.includes(fault.to)),
    );
    if (found) found.left -= 1;
    return found?.fault.kind;
  };

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    onConnect(_session, done) {
      connections += 1;
      done();
    },
    onRcptTo({ address }, _session, done) {
      const kind = take(['refuse', 'greylist'], [address]);
      if (kind === 'refuse') return done(answer(550, 'No such user here'));
      if (kind === 'greylist') return done(answer(451, 'Greylisted, please try again'));
      done();
    },
    onData(stream, session, done) {
      void (async () => {
        const source = await text(stream);
        received += 1;
        const file = join(folder, `${String(received).padStart(6, '0')}.eml`);
        await writeFile(`${file}.part`, source);
        await rename(`${file}.part`, file);
        const recipients = session.envelope.rcptTo.map((recipient) => recipient.address);
        if (take(['cut'], recipients) === 'cut') cut(session.id);
        else done();
        // A client that goes in the middle of its message sent none.
      })().catch(done);
    },
  });
  const cut = (id: string) => {
    for (const connection of server.connections as Set<{ id: string; _socket: { destroy(): void } }>)
      if (connection.id === id) connection._socket.destroy();
  };
  const listener = server.listen(0, a.address);
  await once(listener, 'listening');
  const bound = listener.address();
  if (bound === null || typeof bound === 'string') throw new Error('the SMTP server has no port');

  return {
    host: a.address,
    port: bound.port,
    async mails() {
      const files = (await readdir(folder)).filter((name) => name.endsWith('.eml')).toSorted();
      return Promise.all(files.map(async (name) => simpleParser(await readFile(join(folder, name)))));
    },
    failNext(fault) {
      faults.push({ fault, left: fault.times ?? 1 });
    },
    connections: () => connections,
    end: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
