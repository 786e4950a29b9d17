import { setTimeout as sleep } from 'node:timers/promises';
import { beat, cancellation } from '../remote/activity-context.ts';
import { SILENCE_MS } from '../jobs/jobs.ts';
import type { Remote } from '../remote/remote.ts';
import { digestParts } from '../remote/scripts.ts';
import type { StepRef } from '../../../domain/step.ts';
import { isFailure } from '../../failures.ts';

/** A transfer of one subvolume from the storage host to the replica. */
export interface Transfer {
  readonly ref: StepRef;
  readonly from: { readonly host: string; readonly toplevel: string };
  readonly to: { readonly host: string; readonly toplevel: string; readonly folder: string };
  /** Folder of job records below both top levels. */
  readonly jobs: string;
  /** Absolute paths on the storage host. */
  readonly source: string;
  readonly parent: string | null;
  readonly name: string;
  /** The Received UUID that the replica will have. */
  readonly uuid: string;
}

/** Size of a piece in bytes. A lost connection costs one piece. */
const PIECE = 8 * 1024 * 1024;
const PIECE_MS = 10 * 60_000;
const WAIT_SECONDS = 4;
/** How often a transfer starts again because a host went down in between. */
const ATTEMPTS = 5;

/**
 * `btrfs send | btrfs receive` between two hosts that do not trust each other, as a remote job on each. The worker
 * carries the stream between them in numbered pieces. A lost connection or a dead worker costs one piece. A reboot of
 * either host restarts the subvolume, because a stream cannot resume in its middle.
 * @throws ApplicationFailure `CommandFailed` with the error of the host that failed; `Unreachable` (retryable, resumes)
 */
export async function transfer(remote: Remote, a: Transfer): Promise<void> {
  const spool = `${a.jobs}/replica-${digestParts([a.to.host, a.to.folder, a.name, a.uuid]).slice(0, 24)}`;
  const begin = async (which: 'same' | 'next') =>
    Number(await remote.run(a.from.host, { name: 'replica-begin', args: [a.from.toplevel, spool, which] }));
  const drop = async (side: { host: string; toplevel: string }) =>
    void (await remote.run(side.host, { name: 'replica-drop', args: [side.toplevel, spool] }, { deadlineMs: 110_000 }));
  for (let tries = 1; ; tries++) {
    try {
      await carry(remote, a, spool, await begin('same'));
      await Promise.all([drop(a.from), drop(a.to)]);
      return;
    } catch (error) {
      if (!isFailure(error, 'CommandFailed')) throw error;
      // A next try would find the failed jobs as failed, so it starts from the beginning.
      await Promise.all([begin('next'), drop(a.to)]);
      if (!error.message.includes('exit status 75') || tries === ATTEMPTS) throw error;
    }
  }
}

/** One attempt: both jobs, and the pieces between them. The first failure ends the wait for the others. */
async function carry(remote: Remote, a: Transfer, spool: string, attempt: number): Promise<void> {
  const ref = { ...a.ref, step: `${a.ref.step}-${a.name}-${a.uuid}`, round: attempt };
  const over = new AbortController();
  const options = { signal: over.signal };
  const failures: unknown[] = [];
  const part = async (work: Promise<unknown>) => {
    await work.catch((error: unknown) => {
      // Later failures are only consequences of the first one.
      if (!over.signal.aborted) failures.push(error);
      over.abort();
    });
  };
  const send = [a.from.toplevel, spool, String(attempt), a.source, a.parent ?? '', String(PIECE)];
  const receive = [a.to.toplevel, spool, String(attempt), a.to.folder, a.name, a.uuid];
  const received = remote.job(a.to.host, ref, { name: 'replica-receive', args: receive }, options);
  await Promise.all([
    part(remote.job(a.from.host, ref, { name: 'replica-send', args: send }, options)),
    // Its end also ends the loop over pieces: an earlier worker may have carried them.
    part(received.then(() => over.abort())),
    part(pieces(remote, a, [spool, String(attempt)], over.signal)),
  ]);
  if (failures.length > 0) throw failures[0];
}

async function pieces(remote: Remote, a: Transfer, at: readonly string[], over: AbortSignal): Promise<void> {
  const put = async (kind: 'ask' | 'chunk' | 'end', n: number, input?: Buffer): Promise<number | null> => {
    const args = [a.to.toplevel, ...at, kind, String(n), String(WAIT_SECONDS)];
    const script = { name: 'replica-put', args, ...(input && { input }) };
    const answer = (await patiently(() => remote.run(a.to.host, script, { deadlineMs: PIECE_MS }), over)).trim();
    return answer === 'wait' ? null : Number(answer);
  };
  const take = async (n: number, arrived: number): Promise<Buffer | 'end' | 'wait'> => {
    const args = [a.from.toplevel, ...at, String(n), String(arrived), String(WAIT_SECONDS)];
    const script = { name: 'replica-take', args };
    const [kind, base64 = ''] = (
      await patiently(() => remote.run(a.from.host, script, { deadlineMs: PIECE_MS }), over)
    ).split('\n');
    return kind === 'chunk' ? Buffer.from(base64, 'base64') : kind === 'end' ? 'end' : 'wait';
  };
  let wanted: number | null = null;
  while (!over.aborted) {
    wanted ??= await put('ask', 0);
    if (wanted === null) continue;
    const piece = await take(wanted, wanted);
    if (piece === 'wait') continue;
    if (piece === 'end') return void (await put('end', wanted));
    wanted = await put('chunk', wanted, piece);
  }
}

/** Retries while a host is silent, for at most as long as a job would wait. */
async function patiently<T>(act: () => Promise<T>, over: AbortSignal): Promise<T> {
  const began = Date.now();
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!isFailure(error, 'Unreachable') || over.aborted || Date.now() - began > SILENCE_MS) throw error;
      beat({ progress: `waiting: ${error instanceof Error ? error.message : ''}` });
      await sleep(1_000, undefined, { signal: cancellation() });
    }
  }
}
