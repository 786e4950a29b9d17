/** How one delivery ended. `answer` is what the server said, or why not; no addresses in it. */
export interface Outcome {
  readonly state:
    | 'sent'
    /** 5xx for this person: trying again does not mend it. */
    | 'refused'
    /** 4xx for this person: certainly not sent, later it may be. */
    | 'put-off'
    /** Cut off after the server asked for the message and before it answered: it may have arrived. */
    | 'unknown'
    /** Certainly not sent: the server as a whole does not work now. */
    | 'unreachable'
    /** Certainly not sent: login or sender are wrong, for everyone. */
    | 'misconfigured';
  readonly answer: string;
  /** What mends the configuration, where that is known. */
  readonly remedy?: string | undefined;
}

/** What nodemailer says of a failure. */
export interface SmtpError extends Error {
  readonly code?: string;
  /** The command that was answered: `CONN`, `AUTH PLAIN`, `MAIL FROM`, `RCPT TO`, `DATA`. */
  readonly command?: string;
  /** The server's reply code, where it replied. */
  readonly responseCode?: number;
  readonly response?: string;
  readonly remedy?: string;
}

/**
 * What a failed delivery means. A reply of 4xx or 5xx is certainty that the message was not taken; without one it depends on
 * whether any of it had left (`begun`).
 */
export function outcomeOf(error: SmtpError, begun: boolean): Outcome {
  const { remedy } = error;
  return { state: stateOf(error, begun), answer: withoutAddresses(error.response ?? error.message), remedy };
}

function stateOf({ code, command, responseCode, message }: SmtpError, begun: boolean): Outcome['state'] {
  if (code === 'ETLS' && command === 'STARTTLS') return 'misconfigured';
  if (responseCode === undefined || responseCode < 400) {
    if (begun) return 'unknown';
    if (code === 'EAUTH' || message.startsWith('Invalid sender')) return 'misconfigured';
    return code === 'EENVELOPE' || code === 'EMESSAGE' ? 'refused' : 'unreachable';
  }
  const forGood = responseCode >= 500;
  // 421: the server is closing down, whatever it was asked.
  if (responseCode === 421) return 'unreachable';
  if (command === 'RCPT TO' || command === 'DATA') return forGood ? 'refused' : 'put-off';
  if (code === 'EAUTH' || command === 'MAIL FROM') return forGood ? 'misconfigured' : 'unreachable';
  return 'unreachable';
}

const MOST_READ = 2000;

/** Servers repeat the address in their answers; ledger, history and log do not need it twice. */
export const withoutAddresses = (text: string): string =>
  text
    // An answer may be very long, and the next line looks at each of its characters several times.
    .slice(0, MOST_READ)
    .replace(/<?[^\s<>@]+@[^\s<>@]+>?/g, '<…>')
    .replace(/\s+/g, ' ')
    .slice(0, 300);
