import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { clientConverter } from '../codec/data-converter.ts';
import { loadKeys, type PayloadKeys } from '../codec/keys.ts';
import { CliError, EXIT } from './exit.ts';
import { page } from './pager.ts';
import { temporalTarget } from './target.ts';

/** What commands need of the world; tests hand in their own. */
export interface Io {
  /** A line for the person, or for the program that reads us. */
  out(text: string): void;
  /** Exactly this text, without a newline: for a program that signs it. */
  exactly(text: string): void;
  /** A line beside the result: progress, warnings. */
  note(text: string): void;
  /** A long text: through a pager ($PAGER, else `less`) where a person reads along, else as `out`. */
  page(text: string): Promise<void>;
  /** Asks a person; null where there is nobody to ask (no terminal). */
  readonly ask: ((question: string) => Promise<string>) | null;
  /** Waits, between two looks of `--watch`. */
  pause(ms: number): Promise<void>;
  /** Runs `work` with a connection to Temporal and closes it. */
  withClient<T>(work: (client: Client) => Promise<T>): Promise<T>;
}

/**
 * Connects as TEMPORAL_* and temporal.toml say; what is sent is encrypted where SEMESTER_PAYLOAD_KEYS is set.
 * @throws CliError (4) in a sentence when Temporal does not answer within 5 s; (2) when its configuration is wrong.
 */
async function connect(): Promise<{ connection: Connection; client: Client }> {
  let target;
  try {
    target = temporalTarget();
  } catch (error) {
    throw new CliError(EXIT.usage, `The connection to Temporal is not configured right: ${String(error)}`);
  }
  const { address, namespace, options } = target;
  const dataConverter = clientConverter(await keysAtHand());
  try {
    const connection = await Connection.connect({ ...options, connectTimeout: '5s' });
    return { connection, client: new Client({ connection, namespace, dataConverter }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(
      EXIT.notFound,
      `Temporal does not answer at ${address} (namespace "${namespace}"): ${reason}. Is it running? TEMPORAL_ADDRESS or temporal.toml says where it is.`,
    );
  }
}

/** @throws CliError (2) when keys are set and cannot be read */
export async function keysAtHand(): Promise<PayloadKeys | null> {
  return loadKeys().catch((error: unknown) => {
    throw new CliError(EXIT.usage, error instanceof Error ? error.message : String(error));
  });
}

/** The terminal and the configured Temporal. */
export function terminalIo(): Io {
  const interactive = process.stdin.isTTY && process.stdout.isTTY;
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    exactly: (text) => void process.stdout.write(text),
    page: interactive ? page : async (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    ask: interactive
      ? async (message) => {
          const { input } = await import('@inquirer/prompts');
          return input({ message });
        }
      : null,
    pause: (ms) => sleep(ms),
    async withClient(work) {
      const { connection, client } = await connect();
      try {
        return await work(client);
      } finally {
        await connection.close();
      }
    },
  };
}
