import { isFailure, tryAgain } from '../failures.ts';

/** A look at one host. Returns what it found wrong: lines for the log. */
type LookAtHost = (host: string, signal: AbortSignal) => Promise<readonly string[] | void>;

/**
 * Looks at hosts side by side, and resolves when these looks have ended. Leaves out a host whose last look still runs. Never
 * throws because of a host.
 */
export type LookAtHosts = (hosts: readonly string[], look: LookAtHost) => Promise<void>;

export interface RoundsOptions {
  /** A look that takes longer is ended, and counts as failed. */
  readonly deadlineMs: number;
  /** Gets what goes wrong: for each host once, until it is another thing, or the host was well in between. */
  readonly failed: (what: unknown) => void;
}

export interface Looks {
  readonly look: LookAtHosts;
  /** Ends the looks that run, and waits for them for at most ten seconds. */
  end(): Promise<void>;
}

const END_MS = 10_000;
/** The pause after a turn that failed as a whole, for example because of site.yaml. */
const AGAIN_MS = 60_000;

/** Looks at hosts, at most one look at a time for each. See `RoundsOptions`. */
export function hostLooks({ deadlineMs, failed }: RoundsOptions): Looks {
  const open = new Map<string, { readonly stop: AbortController; readonly settled: Promise<unknown> }>();
  const told = new Map<string, ReadonlySet<string>>();
  let ended = false;
  const tell = (host: string, wrongs: readonly unknown[]) => {
    if (ended) return;
    const before = told.get(host);
    told.set(host, new Set(wrongs.map(kindOf)));
    for (const wrong of wrongs) if (!before?.has(kindOf(wrong))) failed(wrong);
  };
  const lookAt = async (host: string, look: LookAtHost) => {
    const stop = new AbortController();
    const work = (async () => await look(host, stop.signal))();
    // A look that does not heed its end keeps its host out of the next turns.
    open.set(host, { stop, settled: Promise.allSettled([work]).then(() => open.delete(host)) });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const why = tryAgain('Unreachable', `${host}: a look did not end within ${deadlineMs / 1000} s and was ended`);
      // The rejection comes first: what the look says when it is ended is only a consequence.
      timer = setTimeout(() => {
        reject(why);
        stop.abort();
      }, deadlineMs);
      stop.signal.addEventListener('abort', () => reject(why), { once: true });
    });
    await Promise.race([work, late]).then(
      (wrongs) => tell(host, wrongs ?? []),
      (error: unknown) => tell(host, [error]),
    );
    clearTimeout(timer);
  };
  return {
    async look(hosts, look) {
      if (ended) return;
      await Promise.all(hosts.filter((host) => !open.has(host)).map((host) => lookAt(host, look)));
    },
    async end() {
      ended = true;
      const running = [...open.values()];
      for (const { stop } of running) stop.abort();
      await atMost(END_MS, Promise.all(running.map(({ settled }) => settled)));
    },
  };
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

/** Failures of one type count as the same thing: their texts differ by process ids and times. */
const kindOf = (wrong: unknown): string => (isFailure(wrong) ? `failure ${wrong.type}` : String(wrong));

export interface Rounds {
  /** Ends the looks that run, and begins no other. */
  stop(): Promise<void>;
}

/**
 * Takes turns until `stop`, the first one after `firstMs`. A turn returns the pause until the next one in milliseconds. A turn
 * that throws is told once, and taken again after a minute.
 */
export function startRounds(
  turn: (look: LookAtHosts) => Promise<number>,
  { firstMs, ...options }: RoundsOptions & { readonly firstMs: number },
): Rounds {
  const looks = hostLooks(options);
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let told: string | null = null;
  const next = async () => {
    let pause = AGAIN_MS;
    try {
      pause = await turn(looks.look);
      told = null;
    } catch (error) {
      if (told !== kindOf(error) && !stopped) options.failed(error);
      told = kindOf(error);
    }
    schedule(pause);
  };
  const schedule = (ms: number) => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = next();
    }, ms);
  };
  schedule(firstMs);
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looks.end();
      await atMost(END_MS, running);
    },
  };
}
