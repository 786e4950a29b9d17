/** What is to be undone at the end, newest first, once, however the demo ends. */
export interface Ending {
  /** Remembers something to undo. */
  defer(undo: () => Promise<void>): void;
  /** Undoes all of it; a part that fails does not keep the others from being undone. */
  end(): Promise<void>;
  /** Whether the end has begun: what fails from then on is no news. */
  readonly begun: boolean;
  /** The exit code from now on, whatever signal ends it: all that was to be done is done. */
  settle(code: number): void;
}

/** Also ends everything at Ctrl-C and SIGTERM, with the exit code that shells expect unless another was settled. */
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
