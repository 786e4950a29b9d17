import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Site } from '../../domain/site.ts';
import type { Message } from './compose.ts';
import { type Outcome, outcomeOf, type SmtpError, withoutAddresses } from './outcome.ts';

/** One connection to the mail server, opened at the first message and again after it was lost. Not for two messages at once. */
export interface MailSession {
  /**
   * Hands one message over. `claim` runs when the server has asked for the message and before its first byte leaves; when it
   * throws, nothing is sent, and deliver throws the same.
   */
  deliver(message: Message, claim: () => Promise<void>): Promise<Outcome>;
  close(): void;
}

/** Opens sessions to whatever server the site names at that moment. */
export interface MailTransport {
  open(mail: Site['mail']): MailSession;
}

export interface TransportOptions {
  /** Secret for `mail.username`. */
  readonly password?: string | undefined;
  /** How long a silent server is waited for, in ms; RFC 5321 asks for minutes after DATA. */
  readonly silenceMs?: number;
}

const LOOPBACK = /^(localhost|127\.|::1$)/;

/** SMTP by nodemailer's connection: one at a time, so that the ledger is written exactly when the server asks for the message. */
export function createMailTransport({ password, silenceMs = 5 * 60_000 }: TransportOptions = {}): MailTransport {
  return {
    open(mail) {
      let open: SMTPConnection | undefined;
      const close = () => {
        open?.close();
        open = undefined;
      };
      return {
        async deliver(message, claim) {
          let begun = false;
          let claiming: Promise<void> | undefined;
          let failedClaim: { readonly error: unknown } | undefined;
          const body = Readable.from(
            (async function* () {
              claiming = claim();
              await claiming;
              begun = true;
              yield message.bytes;
            })(),
          );
          try {
            // A server may end a connection while it is idle between two messages.
            if (open?.destroyed) close();
            open ??= await openSmtp(mail, password, silenceMs);
            const answer = await send(open, message, body);
            return { state: 'sent', answer: withoutAddresses(answer) };
          } catch (error) {
            // What the claim does after this moment lets nothing out any more.
            const left = begun;
            body.destroy();
            await claiming?.catch((cause: unknown) => (failedClaim = { error: cause }));
            const outcome = outcomeOf(error as SmtpError, left);
            // After a refusal the connection is as good as before; else it is in nobody knows what state.
            const reusable = !failedClaim && (outcome.state === 'refused' || outcome.state === 'put-off');
            if (!reusable || !open || !(await reset(open))) close();
            if (failedClaim) throw failedClaim.error;
            return outcome;
          }
        },
        close() {
          open?.quit();
          open = undefined;
        },
      };
    },
  };
}

/**
 * A connection to the mail server: greeting, TLS where the site says so, login where it names an account.
 * @throws Error of nodemailer, with the server's answer
 */
export function openSmtp(mail: Site['mail'], password: string | undefined, silenceMs: number): Promise<SMTPConnection> {
  const { host, port, secure, username } = mail;
  const connection = new SMTPConnection({
    host,
    port,
    secure,
    // A password never crosses a network in the clear, whatever somebody in between strips from the greeting.
    requireTLS: !secure && username !== undefined && !LOOPBACK.test(host),
    connectionTimeout: Math.min(30_000, silenceMs),
    greetingTimeout: Math.min(30_000, silenceMs),
    socketTimeout: silenceMs,
    socketCloseTimeout: 1_000,
  });
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => {
      if (!error) return resolve(connection);
      connection.close();
      reject(error);
    };
    // Stays for the connection's life: what breaks while nothing is asked shows at the next message.
    connection.on('error', done);
    connection.connect((error) => {
      if (error || username === undefined) return done(error);
      connection.login({ credentials: { user: username, pass: password ?? '' } }, done);
    });
  });
}

function send(connection: SMTPConnection, { envelope, bytes }: Message, body: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    connection.send({ from: envelope.from, to: [...envelope.to], size: bytes.length }, body, (error, info) =>
      error ? reject(error) : resolve(info?.response ?? ''),
    );
  });
}

function reset(connection: SMTPConnection): Promise<boolean> {
  return new Promise((resolve) => {
    // A server that hangs up instead of answering would keep us waiting for ever.
    const ended = () => resolve(false);
    connection.once('end', ended);
    connection.reset((error) => {
      connection.off('end', ended);
      resolve(!error);
    });
  });
}
