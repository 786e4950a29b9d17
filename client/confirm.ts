import { CliError, EXIT } from './exit.ts';
import type { Io } from './io.ts';

/** What is asked of a person before something is decided or deleted. */
export interface Confirmation {
  /** What the phrase does, after "to": `approve`, `delete this for ever`. */
  readonly effect: string;
  /** The phrase that the person types. */
  readonly phrase: string;
  /** For somebody without a terminal: what to read or check, before they add --yes. */
  readonly before: string;
  /** Shows more when the person types "all", and what that is. */
  readonly all?: { readonly what: string; show(): Promise<void> };
  /** What has not happened when the person stops. */
  readonly stopped: string;
}

/**
 * Asks a person to type a phrase. Anything else is a slip, and asks again; "no" or nothing stops.
 * @throws CliError (2) without a terminal; (1) when the person stops
 */
export async function confirm(io: Io, { effect, phrase, before, all, stopped }: Confirmation): Promise<void> {
  if (io.ask === null)
    throw new CliError(EXIT.usage, `There is no terminal to ask for confirmation. ${before}, then add --yes.`);
  const choices = [`"${phrase}" to ${effect}`, ...(all ? [`"all" to ${all.what}`] : []), '"no" to stop'];
  for (;;) {
    const typed = (await io.ask(`Type ${disjunction.format(choices)}:`)).normalize('NFC').trim().replace(/\s+/g, ' ');
    if (typed === phrase) return;
    if (typed === 'no' || typed === '') throw new CliError(EXIT.failed, `You stopped. ${stopped}`);
    if (typed === 'all' && all) await all.show();
    else io.note(`"${typed}" is not "${phrase}".`);
  }
}

const disjunction = new Intl.ListFormat('en-GB', { type: 'disjunction' });
