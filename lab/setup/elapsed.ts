/** `2:05` since an instant of `Date.now()`. */
export function elapsed(since: number): string {
  const seconds = Math.floor((Date.now() - since) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/**
 * Calls `tick` every second, with the start in milliseconds, while `work` lasts; not at all where there is no terminal, since a
 * log would keep each line.
 */
export async function withElapsed<T>(
  tick: (since: number) => void,
  work: PromiseLike<T>,
  terminal = process.stdout.isTTY,
): Promise<T> {
  const since = Date.now();
  const timer = terminal ? setInterval(() => tick(since), 1000) : undefined;
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
