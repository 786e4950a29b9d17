import type { StepRef } from '../../../domain/step.ts';

/**
 * A script `NAME.sh` below `activities/hosts`, with its arguments. It runs as `bash -c "$(cat NAME.sh)" NAME ARG…`.
 * Every command that the service sends to hosts is in such a script.
 */
export interface Script {
  /** File name without `.sh`. */
  readonly name: string;
  readonly args: readonly string[];
  /** Standard input, for example NUL-separated names. */
  readonly input?: string | Buffer;
  /** Default true. */
  readonly sudo?: boolean;
  /**
   * Jobs only: a script that systemd runs as root (`ExecStopPost=`) after the job has ended, failed, or was stopped or
   * killed, even if no worker is alive. It closes a writable window that is still open. The job counts as finished
   * after it. If the job itself succeeded, the job's exit status is this script's.
   */
  readonly stopPost?: { readonly name: string; readonly args: readonly string[] };
}

export interface RunOptions {
  /** Total time that the command may take, in milliseconds; default 60 s. */
  readonly deadlineMs?: number;
  /**
   * For callers that poll: no second try if the connection closes before the login, and no wait for a connection of
   * another call.
   */
  readonly once?: boolean;
  /** Ends the command; default: the cancellation of the activity. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the script itself has started, even if the result never arrives. */
  readonly began?: () => void;
}

export interface JobResult {
  /** systemd unit: `semester-<hash>`. */
  readonly unit: string;
  readonly exitStatus: number;
  /** The last lines (at most 16 KB) of its output. */
  readonly tail: string;
  /** Whether this call found the job running or finished instead of starting it. */
  readonly attached: boolean;
}

/** The fleet over SSH: host keys are pinned, one pooled connection per host. Honours the activity's cancellation. */
export interface Remote {
  /**
   * Runs a script that takes seconds; returns its standard output.
   * @throws ApplicationFailure `Unreachable` (retryable) or `CommandFailed` (non-retryable, unless the exit status is
   *   75,
   *   EX_TEMPFAIL) with exit code and tail of stderr
   */
  run(host: string, script: Script, options?: RunOptions): Promise<string>;
  /**
   * Runs a script as a transient systemd unit named by the ref's hash; after a crash, the same ref attaches to it.
   * Heartbeats the last line of its output, without `progress: `. Its record below `layout.jobs` survives a reboot. If
   * the host went down before the end, the script runs again, so it must be idempotent. `signal` ends the wait, not the
   * job.
   * @throws ApplicationFailure `CommandFailed` with the tail if it ended with a status other than 0
   */
  job(host: string, ref: StepRef, script: Script, options?: { readonly signal?: AbortSignal }): Promise<JobResult>;
  /** Whether the host accepts a login now. */
  reachable(host: string): Promise<boolean>;
  /** Closes the pooled connection, for example after a reboot. */
  forget(host: string): void;
  close(): Promise<void>;
}
