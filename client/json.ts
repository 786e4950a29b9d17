import type { JSON_VERSION, Results } from './json-results.ts';

// The schemas load only for the types: zod takes a tenth of a second.
const VERSION: typeof JSON_VERSION = 1;

/** How a command ended, where it prints its result and fails. */
interface Ended {
  readonly code?: number;
  readonly error?: string | null;
}

const shaped = (command: string, result: unknown, { code = 0, error = null }: Ended) => ({
  version: VERSION,
  command,
  ok: code === 0,
  code,
  error,
  result,
});

/** The output of a command with `--json` (docs/json.schema.json). */
export const jsonText = <C extends keyof Results>(command: C, result: Results[C], ended: Ended = {}): string =>
  JSON.stringify(shaped(command, result, ended), null, 2);

/** The same as one line, for a command that prints again and again. */
export const jsonLine = <C extends keyof Results>(command: C, result: Results[C], ended: Ended = {}): string =>
  JSON.stringify(shaped(command, result, ended));

/** The output of a command that failed without a result. */
export const jsonFailure = (command: string, code: number, error: string): string =>
  JSON.stringify(shaped(command, null, { code, error }), null, 2);
