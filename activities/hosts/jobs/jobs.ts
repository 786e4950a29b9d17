import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from '../../../domain/site.ts';
import { refuse, isFailure } from '../../failures.ts';
import { beat, cancellation } from '../remote/activity-context.ts';
import { ifFull } from '../remote/full.ts';
import type { JobResult, Remote, Script } from '../remote/remote.ts';
import { digestParts } from '../remote/scripts.ts';
import type { StepRef } from '../../../domain/step.ts';

export interface JobDependencies extends Pick<Remote, 'run'> {
  readonly site: () => Promise<Site>;
  readonly textOf: (name: string) => Promise<string>;
}

/** How long one poll waits on the host for the end. Short, so heartbeats continue. */
const POLL_SECONDS = 4;
/** How long the start waits for the end: most jobs of an update end within this time. */
const START_SECONDS = 1;
/** How long a host may be silent before the activity fails. A retry attaches to the same job. */
export const SILENCE_MS = 120_000;

/**
 * Name of the unit, and of the record's folder. Another round, script, argument or input is another job; nothing of it
 * can be read from the name.
 */
function unitName(ref: StepRef, script: Script, text: string): string {
  const inputs = [text, ...script.args, script.input ?? ''];
  const hash = digestParts([ref.workflow, ref.step, String(ref.round), script.name, digestParts(inputs)]);
  return `semester-${hash.slice(0, 24)}`;
}

/** Starts a job or attaches to it, waits for its end, and heartbeats its progress. See `Remote.job`. */
export async function runJob(
  deps: JobDependencies,
  host: string,
  ref: StepRef,
  script: Script,
  signal?: AbortSignal,
): Promise<JobResult> {
  const text = await deps.textOf(script.name);
  const unit = unitName(ref, script, text);
  const place = [...jobsOf(await deps.site(), host), unit];
  const start = await startScript(deps, place, ref, script);
  // If the connection is lost after the script began, the polls below show whether the job started.
  const begin = async (): Promise<{ attached: boolean; answer: string }> => {
    let began = false;
    try {
      const [how, ...answer] = (await deps.run(host, start, { began: () => (began = true) })).split('\n');
      return { attached: how === 'attached', answer: answer.join('\n') };
    } catch (error) {
      if (!began || !isFailure(error, 'Unreachable')) throw error;
      return { attached: false, answer: 'running' };
    }
  };
  let { attached, answer } = await begin();
  let lastAnswer = Date.now();
  for (;;) {
    const [state, ...rest] = answer.split('\n');
    const tail = rest.join('\n');
    if (state?.startsWith('finished ')) return finish(host, script, unit, Number(state.slice(9)), tail, attached);
    if (state === 'lost') {
      // The host went down during the job. Every script is idempotent, so the job starts again.
      ({ attached, answer } = await begin());
      lastAnswer = Date.now();
      continue;
    }
    beat({ host, unit, progress: tail.replace(/^progress: /, '').trim() });
    for (let next: string | null = null; next === null;) {
      signal?.throwIfAborted();
      next = await look(deps, host, place).catch(async (error: unknown) => {
        if (!isFailure(error, 'Unreachable') || Date.now() - lastAnswer > SILENCE_MS) throw error;
        beat({ host, unit, progress: 'the host does not answer' });
        await sleep(2_000, undefined, { signal: cancellation() });
        return null;
      });
      answer = next ?? answer;
    }
    lastAnswer = Date.now();
  }
}

/** The location of a host's job records: its top level, and the folder below it. */
export function jobsOf({ layout, replica }: Site, host: string): readonly [toplevel: string, folder: string] {
  return [host === replica?.name ? replica.toplevel : layout.toplevel, layout.jobs];
}

const look = (deps: JobDependencies, host: string, place: readonly string[]) =>
  deps.run(host, { name: 'job-watch', args: [...place, String(POLL_SECONDS)] }, { deadlineMs: 30_000 });

function finish(host: string, script: Script, unit: string, exitStatus: number, tail: string, attached: boolean) {
  if (exitStatus !== 0) {
    throw refuse(
      'CommandFailed',
      `${host}: ${script.name} (${unit}) ended with exit status ${exitStatus}: ${tail.trim().slice(-4000)}${ifFull(tail, host)}`,
    );
  }
  return { unit, exitStatus, tail, attached };
}

async function startScript(
  { textOf }: JobDependencies,
  place: readonly string[],
  ref: StepRef,
  script: Script,
): Promise<Script> {
  const zeroEnded = (words: readonly string[] = []) => Buffer.from(words.map((word) => `${word}\0`).join(''));
  const parts = [
    Buffer.from(await textOf(script.name)),
    zeroEnded(script.args),
    Buffer.from(script.stopPost ? await textOf(script.stopPost.name) : ''),
    zeroEnded(script.stopPost?.args),
  ];
  return {
    name: 'job-start',
    args: [...place, ref.workflow, String(START_SECONDS), ...parts.map((part) => String(part.length))],
    input: Buffer.concat([...parts, Buffer.from(script.input ?? '')]),
  };
}
