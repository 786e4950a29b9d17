import type { Logger } from 'pino';

/** Drains at the first SIGTERM or SIGINT; exits at once at the second, with 128 + the signal's number. */
export function stopOnSignals(log: Logger, drain: () => void): void {
  let draining = false;
  const numbers = { SIGINT: 2, SIGTERM: 15 } as const;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (draining) {
        log.warn(
          { signal },
          'second signal: exits at once; remote jobs continue, and the next worker reattaches to them',
        );
        process.exit(128 + numbers[signal]);
      }
      draining = true;
      log.info({ signal }, 'draining: accepts no new tasks and waits for running activities');
      drain();
    });
  }
}
