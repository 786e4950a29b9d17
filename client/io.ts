import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Connection } from '@temporalio/client';
import type { PayloadKeys } from '../codec/keys.ts';
import { shown } from '../config/hidden.ts';
import { CliError, EXIT } from './exit.ts';
import { page } from './pager.ts';
import type { Pollers } from './pollers.ts';

/** Clears the screen of a terminal; for `write`, since other texts cannot hold it. */
export const CLEAR = '\u001b[2J\u001b[H';

/** Input and output of the commands; tests pass a double. */
export interface Io {
  /** Prints the result to standard output, with a newline. */
  out(text: string): void;
  /** Prints to standard output without a newline, and as it is: the caller signs exactly these bytes. */
  write(text: string): void;
  /** Prints progress, warnings and errors to standard error, with a newline. */
  note(text: string): void;
  /** Prints a long text: through a pager ($PAGER, else `less`) on a terminal, else like `out`. */
  page(text: string): Promise<void>;
  /** Width of the terminal in characters; null without one: then no line is cut. */
  readonly columns: number | null;
  /** Asks a question and returns the answer; null without a terminal. */
  readonly ask: ((question: string) => Promise<string>) | null;
  /** Waits between two refreshes of `--watch`. */
  pause(ms: number): Promise<void>;
  /** Runs `work` with a connection to Temporal, then closes the connection. */
  withClient<T>(work: (client: Client) => Promise<T>): Promise<T>;
}

/** gRPC's code for what does not exist. */
const NOT_FOUND = 5;

/**
 * Connects by TEMPORAL_* and temporal.toml. Encrypts payloads if SEMESTER_PAYLOAD_KEYS is set.
 * @throws CliError (4) when Temporal does not answer within 5 s; (2) when its configuration is wrong
 */
async function connect(): Promise<{ connection: Connection; client: Client; workers: Promise<Pollers> }> {
  // Only here: Temporal's client takes a third of a second to load.
  const [{ Client, Connection }, { clientConverter }, { temporalTarget }, { pollers }] = await Promise.all([
    import('@temporalio/client'),
    import('../codec/data-converter.ts'),
    import('./target.ts'),
    import('./pollers.ts'),
  ]);
  let target;
  try {
    target = temporalTarget();
  } catch (error) {
    throw new CliError(EXIT.usage, `The configuration of the connection to Temporal is wrong: ${String(error)}`);
  }
  const { address, namespace, options } = target;
  const keys = await loadPayloadKeys();
  await noteExposedKeys();
  const dataConverter = clientConverter(keys);
  const connection = await Connection.connect({ ...options, connectTimeout: '5s' }).catch(async (error: unknown) => {
    const { explainConnection } = await import('./connection.ts');
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(EXIT.notFound, `Temporal does not answer. ${await explainConnection(target, reason)}`);
  });
  try {
    const client = new Client({ connection, namespace, dataConverter });
    await demandNamespace(client, address);
    const workers = pollers(client);
    if (keys !== null) await demandSameKeys(await workers, keys);
    return { connection, client, workers };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** @throws CliError (2) when the server has no such namespace, naming those that it has */
async function demandNamespace(client: Client, address: string): Promise<void> {
  const { namespace } = client.options;
  const { isGrpcServiceError } = await import('@temporalio/client');
  try {
    await client.workflowService.describeNamespace({ namespace });
  } catch (error) {
    // Other failures do not tell that it is missing: a proxy may forbid the question.
    if (!isGrpcServiceError(error) || error.code !== NOT_FOUND) return;
    const { namespaces } = await client.workflowService
      .listNamespaces({ pageSize: 20 })
      .catch(() => ({ namespaces: [] }));
    const known = (namespaces ?? []).flatMap(({ namespaceInfo }) => namespaceInfo?.name ?? []);
    const { namespaceSentence } = await import('./connection.ts');
    const others = known.filter((name) => name !== 'temporal-system');
    throw new CliError(EXIT.usage, namespaceSentence({ address, namespace }, others));
  }
}

/** Compares payload keys with those of the workers by fingerprint, before anything is sent. @throws CliError (2) */
async function demandSameKeys(workers: Pollers, keys: PayloadKeys): Promise<void> {
  const [{ keyFingerprints, PAYLOAD_KEYS }, { keysRefusal }] = await Promise.all([
    import('../codec/keys.ts'),
    import('./pollers.ts'),
  ]);
  const file = process.env[`${PAYLOAD_KEYS}_FILE`];
  const from = file ? `${PAYLOAD_KEYS}_FILE=${file}` : PAYLOAD_KEYS;
  const refusal = keysRefusal(workers, keyFingerprints(keys), from);
  if (refusal !== null) throw new CliError(EXIT.usage, refusal);
}

/** Says that others can read the file with the payload keys: they decrypt everything that Temporal stores. */
async function noteExposedKeys(): Promise<void> {
  const [{ exposedFile }, { PAYLOAD_KEYS }] = await Promise.all([
    import('../config/read-secret.ts'),
    import('../codec/keys.ts'),
  ]);
  const file = await exposedFile(PAYLOAD_KEYS);
  if (file === null) return;
  const { readerOf, textsFor } = await import('./reader.ts');
  const { say } = await textsFor(readerOf());
  const found = say('doctor.credential.exposed', { file });
  const remedy = say('doctor.credential.exposedRemedy', { file, folder: dirname(file) });
  process.stderr.write(`${PAYLOAD_KEYS}: ${found}: ${remedy}\n`);
}

/** The payload keys; null if none are set. @throws CliError (2) when the keys cannot be read */
export async function loadPayloadKeys(): Promise<PayloadKeys | null> {
  const { loadKeys } = await import('../codec/keys.ts');
  return loadKeys().catch((error: unknown) => {
    throw new CliError(EXIT.usage, error instanceof Error ? error.message : String(error));
  });
}

/** Input and output of the process, and the configured Temporal. */
export function terminalIo(): Io {
  const interactive = process.stdin.isTTY && process.stdout.isTTY;
  return {
    out: (text) => void process.stdout.write(`${shown(text)}\n`),
    write: (text) => void process.stdout.write(text),
    page: async (text) => (interactive ? page(shown(text)) : void process.stdout.write(`${shown(text)}\n`)),
    note: (text) => void process.stderr.write(`${shown(text)}\n`),
    columns: process.stdout.isTTY ? process.stdout.columns : null,
    ask: interactive
      ? async (message) => {
          const { input } = await import('@inquirer/prompts');
          return input({ message: shown(message) });
        }
      : null,
    pause: (ms) => sleep(ms),
    async withClient(work) {
      const { connection, client, workers } = await connect();
      const { otherVersionSentence } = await import('./pollers.ts');
      // Beside the work, and after it: a command of another version may misread what it is told.
      const differs = workers.then((seen) => otherVersionSentence(seen)).catch(() => null);
      try {
        return await work(client);
      } finally {
        const sentence = await differs;
        if (sentence !== null) process.stderr.write(`${sentence}\n`);
        await connection.close();
      }
    },
  };
}
