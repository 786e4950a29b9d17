import { begins, letGo } from './held.ts';
import type { Fault, Place } from './places.ts';
import type { Stage } from './stage.ts';

/** What disturbs a run. One such thing happens at a time: nothing else looks at the hosts meanwhile. */
export interface Disturber {
  /** Kills the worker and starts another one. */
  kill(): Promise<void>;
  /** Does something else, then looks whether something is missing. */
  alone(work: () => Promise<unknown>): Promise<void>;
}

type Disturb = (a: { stage: Stage; host: string; disturber: Disturber; go: () => Promise<unknown> }) => Promise<void>;

const DISTURB: Readonly<Record<Fault, Disturb>> = {
  kill: async ({ disturber, go }) => {
    await disturber.kill();
    await go();
  },
  'link cut': async ({ stage: { lab }, host, go }) => {
    await lab.linkDown(host);
    await lab.exec(host, `pkill -KILL -f '^sshd: bacchus'`);
    await go();
    await lab.linkUp(host);
  },
  'Temporal restart': ({ stage, disturber, go }) => disturber.alone(() => stage.restartTemporal(go)),
  'power cut': ({ stage: { lab }, host, disturber, go }) =>
    disturber.alone(async () => {
      await lab.powerCut(host);
      await lab.powerOn(host);
      await go();
    }),
};

/** Waits until the command stands still, then does the fault. Returns whether it came to that. */
export async function disturbIn(
  stage: Stage,
  { fault, command, host, nth }: Extract<Place, { kind: 'command' }>,
  disturber: Disturber,
  over: AbortSignal,
): Promise<boolean> {
  if (!(await begins(stage.lab, host, command, nth, over))) return false;
  await DISTURB[fault]({ stage, host, disturber, go: () => letGo(stage.lab, host, command, nth) });
  return true;
}
