import type { Client } from '@temporalio/client';
import type { Io } from '../../client/io.ts';
import { jsonOutput } from '../../client/json-results.ts';

/** What a command printed. */
export interface Recorded extends Io {
  readonly lines: string[];
  readonly notes: string[];
  /** The waits that commands asked for, in milliseconds. */
  readonly pauses: number[];
}

/** A double of the terminal that records output; `answer` is what the person types first, then "no"; null without a terminal. */
export function recorder(answer: string | null = null, client?: Client): Recorded {
  const answers = [answer];
  const lines: string[] = [];
  const notes: string[] = [];
  const pauses: number[] = [];
  return {
    lines,
    notes,
    pauses,
    out: (text) => void lines.push(text),
    write: (text) => void lines.push(text),
    page: async (text) => void lines.push(text),
    note: (text) => void notes.push(text),
    columns: null,
    ask: answer === null ? null : async () => answers.shift() ?? 'no',
    pause: async (ms) => void pauses.push(ms),
    async withClient(work) {
      if (!client) throw new Error('this command was not to reach Temporal');
      return work(client);
    },
  };
}

/** The result in the output of a command with `--json`, whole. @throws ZodError when the output has another shape than docs/json.schema.json */
export function resultOf(text: string): unknown {
  const output: unknown = JSON.parse(text);
  jsonOutput.parse(output);
  return (output as { result: unknown }).result;
}
