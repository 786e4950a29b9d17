import type { Logger } from 'pino';

/** The first SIGTERM or SIGINT drains; a second one ends the process at once, with 128 + the signal's number. */
export function stopOnSignals(log: Logger, drain: () => void): void {
  let draining = false;
  const numbers = { SIGINT: 2, SIGTERM: 15 } as const;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (draining) {
        log.warn({ signal }, 'second signal: ends at once; what runs on hosts goes on and is found again');
        process.exit(128 + numbers[signal]);
      }
      draining = true;
      log.info({ signal }, 'drains: takes no new work, lets running activities end');
      drain();
    });
  }
}
