import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { isLoopback } from '../../config/fields.ts';
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
    requireTLS: !secure && username !== undefined && !isLoopback(host),
    connectionTimeout: Math.min(30_000, silenceMs),
    greetingTimeout: Math.min(30_000, silenceMs),
    socketTimeout: silenceMs,
    socketCloseTimeout: 1_000,
  });
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => {
      if (!error) return resolve(connection);
      connection.close();
      reject(explained(error, mail));
    };
    // Stays for the connection's life. An error while idle shows at the next message.
    connection.on('error', done);
    connection.connect((error) => {
      if (error || username === undefined) return done(error);
      connection.login({ credentials: { user: username, pass: password ?? '' } }, done);
    });
  });
}

/** Names the settings of TLS that do not fit the server, which the libraries call a protocol error. */
function explained(error: SmtpError, { host, port, secure }: Site['mail']): SmtpError {
  const say = (command: string, message: string, remedy: string) =>
    Object.assign(new Error(message), { code: 'ETLS', command, remedy });
  if (error.code === 'ETLS' && error.command === 'STARTTLS') {
    const remedy = 'enable STARTTLS on the server, or set mail.secure: true and the port of TLS (465)';
    return say('STARTTLS', `${host}:${port} offers no STARTTLS, and the password goes out encrypted only`, remedy);
  }
  if (secure && /wrong version number|packet length too long|record layer/i.test(error.message)) {
    return say(
      'STARTTLS',
      `${host}:${port} does not begin with TLS`,
      'set mail.secure: false, which means STARTTLS, or the port of TLS',
    );
  }
  if (!secure && /greeting never received/i.test(error.message)) {
    const message = `${host}:${port} sends no greeting: it may begin with TLS; then set mail.secure: true`;
    return Object.assign(new Error(message), { code: error.code ?? 'ETIMEDOUT', command: 'CONN' });
  }
  return error;
}

/** What nodemailer uses inside: it has no public way to ask without sending a message. */
interface Dialogue {
  readonly _responseActions: ((answer: string) => void)[];
  _sendCommand(line: string): void;
}

/**
 * Asks whether the server would take a mail: MAIL, RCPT, then RSET. No message is begun. Returns the first answer that is no
 * consent; null if all are.
 */
export async function tryRecipient(connection: SMTPConnection, from: string, to: string): Promise<string | null> {
  const dialogue = connection as unknown as Dialogue;
  const ask = (line: string) =>
    new Promise<string>((resolve, reject) => {
      connection.once('end', () => reject(new Error(`the server closed the connection after ${line.split(':')[0]}`)));
      dialogue._responseActions.push(resolve);
      dialogue._sendCommand(line);
    });
  for (const line of [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`]) {
    const answer = await ask(line);
    if (!answer.startsWith('2')) {
      await ask('RSET');
      return `${line.split(':')[0]} is answered by ${withoutAddresses(answer)}`;
    }
  }
  const answer = await ask('RSET');
  return answer.startsWith('2') ? null : `RSET is answered by ${withoutAddresses(answer)}`;
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
