/**
 * A function that runs `work`, never twice at a time. A call during a run makes it run once more, however late in the run
 * it comes; both calls resolve when the last run has ended.
 */
export function againIfAsked(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let asked = false;
  const run = async () => {
    try {
      while (asked) {
        asked = false;
        await work().catch((error: unknown) => {
          if (!asked) throw error;
        });
      }
    } finally {
      // Nothing is awaited since the last look at `asked`, so no call is lost.
      running = null;
    }
  };
  return () => {
    asked = true;
    running ??= run();
    return running;
  };
}
