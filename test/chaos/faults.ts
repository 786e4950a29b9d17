import { expect, vi } from 'vitest';
import { FOLLOWERS, LEADER, TOP, type Stage } from './stage.ts';

/** What goes wrong while a command runs on a host; the command ends meanwhile. */
export type Fault = (a: {
  stage: Stage;
  host: string;
  kill: () => Promise<void>;
  meanwhile: () => Promise<void>;
}) => Promise<void>;

export const FAULTS: Readonly<Record<string, Fault>> = {
  'the connection is cut': async ({ stage: { lab }, host, meanwhile }) => {
    await lab.linkDown(host);
    await lab.exec(host, `pkill -KILL -f '^sshd: bacchus'`);
    await meanwhile();
    await lab.linkUp(host);
  },
  'Temporal is restarted': ({ stage, meanwhile }) => stage.restartTemporal(meanwhile),
  'the worker is killed': async ({ kill, meanwhile }) => {
    await kill();
    await meanwhile();
  },
};

/** The three long commands of a roll-out, in their order, and where they run. */
const MOMENTS = [
  { command: 'pacman', what: /-Syu/, hosts: [LEADER] },
  { command: 'zstd', what: /-T0/, hosts: [LEADER] },
  { command: 'zstd', what: /-d/, hosts: FOLLOWERS.slice(0, 1) },
] as const;

/** Holds `pacman`, `send` and `receive` each in its middle, and does the fault there. */
export const inTheMiddleOfEach =
  (fault: Fault) =>
  async (stage: Stage, kill: () => Promise<void>): Promise<void> => {
    const { lab } = stage;
    for (const { command, what, hosts } of MOMENTS) {
      for (const host of hosts) {
        const ran = () => lab.exec(host, `cat ${TOP}/ran-${command} 2>/dev/null || true`);
        await vi.waitFor(async () => expect(await ran()).toMatch(what), { timeout: 120_000, interval: 100 });
        const meanwhile = async () => void (await lab.exec(host, `rm ${TOP}/hold-${command}`));
        await fault({ stage, host, kill, meanwhile });
      }
    }
  };

/** Before the roll-out: each of them waits at the point that `inTheMiddleOfEach` polls. */
export async function hold({ lab }: Stage): Promise<void> {
  for (const { command, hosts } of MOMENTS)
    for (const host of hosts) await lab.exec(host, `touch ${TOP}/hold-${command}`);
}
