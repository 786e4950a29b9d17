import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';

interface Faults {
  /** Reply to RCPT TO, by address: `550 no such user`. */
  refuse(address: string): { readonly code: number; readonly text: string } | null;
  /** Runs when a message is complete, before the server replies; what it throws is the reply. */
  received(mail: ParsedMail): void | Promise<void>;
}

export interface TestSmtp {
  readonly port: number;
  readonly mails: ParsedMail[];
  readonly faults: Faults;
  /** Breaks every connection at once, without a reply. */
  cut(): void;
  stop(): Promise<void>;
}

/** A mail server on loopback that keeps what it accepts, and fails as configured. */
export async function startSmtp(
  options: { port?: number; auth?: { user: string; pass: string } } = {},
): Promise<TestSmtp> {
  const mails: ParsedMail[] = [];
  const faults: Faults = { refuse: () => null, received: () => undefined };
  const failure = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code });
  const take = async (stream: SMTPServerDataStream, answer: (error?: Error) => void) => {
    try {
      const mail = await simpleParser(stream);
      await faults.received(mail);
      mails.push(mail);
      answer();
    } catch (error) {
      answer(error as Error);
    }
  };
  const { auth } = options;
  const server = new SMTPServer({
    authOptional: !auth,
    disabledCommands: auth ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, done) =>
      username === auth?.user && password === auth?.pass
        ? done(null, { user: username })
        : done(failure(535, 'authentication failed')),
    onRcptTo: ({ address }, _, done) => {
      const no = faults.refuse(address);
      done(no ? failure(no.code, no.text) : null);
    },
    onData: (stream, _, done) => {
      void take(stream, done);
    },
  });
  server.on('error', () => undefined);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    faults,
    cut: () => {
      for (const connection of server.connections) (connection as { _socket: { destroy(): void } })._socket.destroy();
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
