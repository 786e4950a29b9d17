import { setTimeout as sleep } from 'node:timers/promises';
import { disturbIn, type Disturber } from './faults.ts';
import { commandsOf, endWaits, forget, hold } from './held.ts';
import type { Boundary } from './killable.ts';
import { parsePlace } from './places.ts';
import type { EndState, Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

export interface Played {
  /** With the key `missing`: what was nowhere any more at a moment of the run; and what has not come of the places. */
  readonly state: EndState;
  /** Boundaries, in the order in which they came: `before receiveImage bernini 1`. */
  readonly boundaries: readonly string[];
  /** The commands in which the run could be held: `rm oloroso 12`. */
  readonly commands: readonly string[];
  readonly seconds: number;
}

let count = 0;

/**
 * Runs a scenario, disturbed at these places; returns what it left behind.
 * @throws Error if it does not end without help
 */
export async function play(stage: Stage, scenario: Scenario, places: readonly string[] = []): Promise<Played> {
  const { lab } = stage;
  const parsed = places.map(parsePlace);
  const machines = lab.hosts.map(({ name }) => name);
  await Promise.all(machines.map((host) => forget(lab, host)));
  const course = await scenario.begin(stage, ++count);
  const commands = parsed.flatMap((place) => (place.kind === 'command' ? [place] : []));
  await Promise.all(commands.map(({ host, command, nth }) => hold(lab, host, command, nth)));

  const names = boundaryNames();
  const missing: string[] = [];
  const met = new Set<string>();
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };
  const look = async (when: string) => {
    for (const line of await course.missing()) missing.push(`${when}: ${line}`);
  };
  const disturber: Disturber = {
    kill: () =>
      inTurn(async () => {
        await stage.killWorker();
        await look(`after the kill at ${names.seen.at(-1) ?? 'the beginning'}`);
        await stage.startWorker();
      }),
    alone: (work) => inTurn(() => work().then(() => look('after the power cut'))),
  };
  const failures: unknown[] = [];
  const kill = () => disturber.kill().catch((error: unknown) => failures.push(error));
  const killAt = new Set(parsed.flatMap(({ kind, text }) => (kind === 'boundary' ? [text] : [])));
  stage.atBoundary((boundary) => {
    const name = names.of(boundary);
    if (!killAt.delete(name)) return true;
    met.add(name);
    void kill();
    return false;
  });

  await stage.startWorker();
  const over = new AbortController();
  const began = performance.now();
  const disturbing = parsed.map(async (place) => {
    if (place.kind === 'boundary') return;
    if (place.kind === 'command') {
      if (await disturbIn(stage, place, disturber, over.signal)) met.add(place.text);
      return;
    }
    await sleep(place.second * 1000, undefined, { signal: over.signal }).catch(() => undefined);
    // A moment after the end is none.
    met.add(place.text);
    if (!over.signal.aborted) await disturber.kill();
  });
  const toTheEnd = async () => {
    try {
      await course.run();
    } finally {
      over.abort();
      await Promise.all([...new Set(commands.map(({ host }) => host))].map((host) => endWaits(lab, host)));
    }
  };
  await Promise.all([toTheEnd(), ...disturbing]);
  await turn;
  if (failures.length > 0) throw failures[0];
  const seconds = (performance.now() - began) / 1000;
  await look('at the end');
  return {
    state: {
      ...(await course.endState(commands.some(({ fault }) => fault === 'power cut'))),
      missing,
      'did not come': places.filter((place) => !met.has(place)),
    },
    boundaries: names.seen,
    commands: (await Promise.all(machines.map((host) => commandsOf(lab, host)))).flat(),
    seconds,
  };
}

/** Names boundaries as they come: `before receiveImage bernini 1`. Those of later attempts have the names of the first. */
function boundaryNames() {
  const known = new Map<string, string>();
  const counts = new Map<string, number>();
  const seen: string[] = [];
  return {
    seen,
    of({ activity, at, activityId }: Boundary): string {
      let called = known.get(activityId);
      if (called === undefined) {
        const nth = (counts.get(activity) ?? 0) + 1;
        counts.set(activity, nth);
        called = `${activity} ${nth}`;
        known.set(activityId, called);
      }
      const name = `${at} ${called}`;
      if (!seen.includes(name)) seen.push(name);
      return name;
    },
  };
}
