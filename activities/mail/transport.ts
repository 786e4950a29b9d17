import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Site } from '../../domain/site.ts';
import type { Message } from './compose.ts';
import { type Outcome, outcomeOf, type SmtpError, withoutAddresses } from './outcome.ts';

/**
 * One connection to the mail server. Opens at the first message and again after a loss. Sends one message at a time.
 */
export interface MailSession {
  /**
   * Sends one message. `claim` runs after the server has asked for the message and before its first byte is sent. If it
   * throws, nothing is sent and `deliver` throws the same error.
   */
  deliver(message: Message, claim: () => Promise<void>): Promise<Outcome>;
  close(): void;
}

/** Opens sessions to the mail server that the site names. */
export interface MailTransport {
  open(mail: Site['mail']): MailSession;
}

export interface TransportOptions {
  /** Secret for `mail.username`. */
  readonly password?: string | undefined;
  /** Timeout for a silent server, in ms; RFC 5321 asks for minutes after DATA. */
  readonly silenceMs?: number;
}

const LOOPBACK = /^(localhost|127\.|::1$)/;

/**
 * SMTP through nodemailer's connection, one message at a time: the ledger is written exactly when the server asks for
 * it.
 */
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
            // A server may close an idle connection between two messages.
            if (open?.destroyed) close();
            open ??= await openSmtp(mail, password, silenceMs);
            const answer = await send(open, message, body);
            return { state: 'sent', answer: withoutAddresses(answer) };
          } catch (error) {
            // From here on, the claim can no longer send anything.
            const left = begun;
            body.destroy();
            await claiming?.catch((cause: unknown) => (failedClaim = { error: cause }));
            const outcome = outcomeOf(error as SmtpError, left);
            // A connection is reusable after a refusal. After any other error its state is unknown.
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
 * Connects to the mail server: greeting, TLS if the site sets it, login if it names an account.
 * @throws Error of nodemailer, with the server's answer
 */
export function openSmtp(mail: Site['mail'], password: string | undefined, silenceMs: number): Promise<SMTPConnection> {
  const { host, port, secure, username } = mail;
  const connection = new SMTPConnection({
    host,
    port,
    secure,
    // Never send a password unencrypted, even if an attacker strips STARTTLS from the greeting.
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
    // Stays for the connection's life. An error while idle shows at the next message.
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
    // Without this, a server that closes the connection instead of answering would block forever.
    const ended = () => resolve(false);
    connection.once('end', ended);
    connection.reset((error) => {
      connection.off('end', ended);
      resolve(!error);
    });
  });
}
