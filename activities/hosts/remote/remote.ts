import type { StepRef } from '../../../domain/step.ts';

/**
 * A readable script of `activities/hosts/scripts/NAME.sh`, with its arguments. It runs as
 * `bash -c "$(cat NAME.sh)" NAME ARG…`, so that every command sent to hosts stands in that one folder.
 */
export interface Script {
  /** File name without `.sh`. */
  readonly name: string;
  readonly args: readonly string[];
  /** Standard input; NUL-separated names, for example. */
  readonly input?: string | Buffer;
  /** Default true. */
  readonly sudo?: boolean;
  /**
   * Jobs only: a script that systemd runs as root whenever the job has ended, well or not, or was stopped or killed
   * (`ExecStopPost=`), whoever is still alive to ask for it: closes a writable window if it is still open. The job counts
   * as finished after it; where the job itself ended well, its exit status is the job's.
   */
  readonly stopPost?: { readonly name: string; readonly args: readonly string[] };
}

export interface RunOptions {
  /** Whole time the command may take, in milliseconds; default 60 s. */
  readonly deadlineMs?: number;
  /** For who looks again and again: a connection that is closed before the login is not tried again, and no look waits for one. */
  readonly once?: boolean;
  /** Hears that the script itself began, also where nobody hears how it ended. */
  readonly began?: () => void;
}

export interface JobResult {
  /** systemd unit: `semester-<hash>`. */
  readonly unit: string;
  readonly exitStatus: number;
  /** Last lines (at most 16 KB) of what it wrote. */
  readonly tail: string;
  /** Whether this call found it running or finished instead of starting it. */
  readonly attached: boolean;
}

/** The fleet over SSH. Host keys are pinned; one pooled connection for each host. Honours the activity's cancellation. */
export interface Remote {
  /**
   * Runs a script that takes seconds; returns its standard output.
   * @throws ApplicationFailure `Unreachable` (tried again) or `CommandFailed` (not tried again, unless the exit status is 75,
   * EX_TEMPFAIL) with exit code and tail of stderr.
   */
  run(host: string, script: Script, options?: RunOptions): Promise<string>;
  /**
   * Runs a script as a transient systemd unit named by the ref's hash: the same ref attaches after any crash. Heartbeats the
   * last line of its output, without `progress: `. Its record below `layout.jobs` survives a reboot; when the host went
   * down before the end, the script runs again: write it so that it looks at what is there first.
   * `signal` ends the waiting, not the job.
   * @throws ApplicationFailure `CommandFailed` with the tail when it ended with another status than 0.
   */
  job(host: string, ref: StepRef, script: Script, options?: { readonly signal?: AbortSignal }): Promise<JobResult>;
  /** Whether the host answers a login now. */
  reachable(host: string): Promise<boolean>;
  /** Ends the pooled connection, as after a reboot. */
  forget(host: string): void;
  close(): Promise<void>;
}
