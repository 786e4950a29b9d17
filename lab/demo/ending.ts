/** Cleanup functions, which run once, newest first, at the end of the demo or at a signal. */
export interface Ending {
  /** Registers a cleanup function. */
  defer(undo: () => Promise<void>): void;
  /** Runs all cleanup functions; a failure does not stop the others. */
  end(): Promise<void>;
  /** Whether the cleanup has begun: errors after that are expected. */
  readonly begun: boolean;
  /** Sets the exit code for a later signal: the work is done. */
  settle(code: number): void;
}

/** SIGINT, SIGTERM and SIGHUP run the returned `Ending` and exit with the settled code, or 128 + signal number. */
export function createEnding(): Ending {
  const undos: (() => Promise<void>)[] = [];
  let ended: Promise<void> | null = null;
  let settled: number | null = null;
  const undoAll = async () => {
    for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
      await undo().catch((error: unknown) => console.error(`While cleaning up: ${String(error)}`));
    }
  };
  const ending: Ending = {
    defer: (undo) => void undos.push(undo),
    end: () => (ended ??= undoAll()),
    settle: (code) => void (settled = code),
    get begun() {
      return ended !== null;
    },
  };
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => {
      if (ending.begun) return;
      console.log('\nCleaning up …');
      void ending.end().then(() => process.exit(settled ?? code));
    });
  }
  return ending;
}
