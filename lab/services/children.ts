import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Child {
  readonly process: ChildProcess;
  /** Kills it and waits for its end; nothing when it has ended already. */
  end(signal?: NodeJS.Signals): Promise<void>;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

/** Account and group under which a child runs. */
export interface Account {
  readonly user: string;
  readonly group: string;
}

/**
 * Starts a program that the kernel kills when this process dies, be it by SIGKILL. An IPC namespace of its own takes
 * shared memory with it. Its standard error is ours unless `quiet`.
 */
export function startChild(
  program: readonly string[],
  options: {
    readonly env?: NodeJS.ProcessEnv;
    readonly as?: Account;
    readonly cwd?: string;
    readonly quiet?: boolean;
  } = {},
): Child {
  const account = options.as ? [`--reuid=${options.as.user}`, `--regid=${options.as.group}`, '--clear-groups'] : [];
  const child = spawn('unshare', ['--ipc', 'setpriv', '--pdeathsig', 'KILL', ...account, '--', ...program], {
    env: options.env,
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', options.quiet ? 'ignore' : 'inherit'],
  });
  const ended = once(child, 'exit').then(() => undefined);
  return {
    process: child,
    ended,
    async end(signal = 'SIGKILL') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
    },
  };
}
