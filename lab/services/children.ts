import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** A child process that cannot outlive this one. */
export interface Child {
  /** Its first output, or a rejection with the log's name when it ended without any. */
  readonly spoke: Promise<void>;
  /** Resolves when it and everything that it started has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Sends a signal (default SIGKILL) and waits for the end; nothing when it has ended already. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

interface Options {
  readonly env?: NodeJS.ProcessEnv;
  /** Name of the account and group under which it runs. */
  readonly account?: string;
  readonly cwd?: string;
  /** File to which standard error is appended. */
  readonly log: string;
}

/**
 * Starts a program that the kernel kills when this process dies, be it by SIGKILL. An IPC namespace of its own takes
 * its shared memory with it.
 */
export function startChild(program: readonly string[], { env, account, cwd, log }: Options): Child {
  const as = account ? [`--reuid=${account}`, `--regid=${account}`, '--clear-groups'] : [];
  const child = spawn('unshare', ['--ipc', 'setpriv', '--pdeathsig', 'KILL', ...as, '--', ...program], {
    env,
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr.pipe(createWriteStream(log, { flags: 'a' }));
  // `close` comes when the last process that inherited the pipe has ended, not only the first one.
  const ended = once(child, 'close').then(() => undefined);
  const spoke = Promise.race([
    once(child.stdout, 'data').then(() => undefined),
    ended.then(() => Promise.reject(new Error(`${program[0]} has ended; see ${log}`))),
  ]);
  spoke.catch(() => undefined);
  child.stdout.resume();
  return {
    spoke,
    ended,
    async end(signal = 'SIGKILL') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
    },
  };
}
