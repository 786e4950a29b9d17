import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** A child process that the kernel ends with this one. */
export interface Child {
  /** Resolves at the first output; rejects with the log's name if the process ends without any. */
  readonly firstOutput: Promise<void>;
  /** Resolves when the process and all its descendants have ended, for any reason. */
  readonly ended: Promise<void>;
  /** Sends a signal (default SIGKILL) if the process is running; resolves at its end. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

interface Options {
  readonly env?: NodeJS.ProcessEnv;
  /** Account and group of the process. */
  readonly account?: string;
  readonly cwd?: string;
  /** File for standard error, appended. */
  readonly log: string;
}

/**
 * Starts a program that the kernel kills when this process ends, even by SIGKILL. Its own IPC namespace frees its
 * shared memory at its end.
 */
export function startChild(program: readonly string[], { env, account, cwd, log }: Options): Child {
  const as = account ? [`--reuid=${account}`, `--regid=${account}`, '--clear-groups'] : [];
  const child = spawn('unshare', ['--ipc', 'setpriv', '--pdeathsig', 'KILL', ...as, '--', ...program], {
    env,
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr.pipe(createWriteStream(log, { flags: 'a' }));
  // `close` fires when the last process with the inherited pipe has ended; `exit` fires at the end of the first.
  const ended = once(child, 'close').then(() => undefined);
  const spoke = Promise.race([
    once(child.stdout, 'data').then(() => undefined),
    ended.then(() => Promise.reject(new Error(`${program[0]} has ended; see ${log}`))),
  ]);
  spoke.catch(() => undefined);
  child.stdout.resume();
  return {
    firstOutput: spoke,
    ended,
    async end(signal = 'SIGKILL') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
    },
  };
}
