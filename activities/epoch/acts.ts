import { createHash } from 'node:crypto';
import type { LedgerKey } from '../store/store.ts';

/** Something that the service was about to do. It names no person. */
export interface Act {
  /** Rises with each act of a store. */
  readonly epoch: number;
  /** The start of the worker that acts. Two copies of one store count the same epochs, but in different runs. */
  readonly run: string;
  /** UTC. */
  readonly at: string;
  /** `drainHost` */
  readonly activity: string;
  /** `semester/2027-spring`; empty outside of a workflow. */
  readonly workflow: string;
  readonly host?: string;
  /** `mailMark` of each mail that was about to go. */
  readonly mails?: readonly string[];
}

/** The acts that the store knows. An act of a journal that it does not know was done by a store that is lost. */
export interface Epoch {
  readonly epoch: number;
  /** When the last act was recorded, UTC. */
  readonly at: string;
  /** The last epoch of each run. */
  readonly runs: Readonly<Record<string, number>>;
  /** Acts up to this epoch are known, whatever their run. */
  readonly floor: number;
}
export const NO_ACTS: Epoch = { epoch: 0, at: '', runs: {}, floor: 0 };
/** Runs that the store remembers one by one. */
const RUNS = 300;

export const isKnown = ({ runs, floor }: Epoch, { epoch, run }: Pick<Act, 'epoch' | 'run'>): boolean =>
  epoch <= Math.max(floor, runs[run] ?? 0);

/** Adds acts to those that the store knows. */
export function withActs(before: Epoch, acts: readonly Pick<Act, 'epoch' | 'run'>[], at: string): Epoch {
  const runs: Record<string, number> = { ...before.runs };
  for (const { epoch, run } of acts) runs[run] = Math.max(epoch, runs[run] ?? 0);
  const byAge = Object.entries(runs).toSorted(([, a], [, b]) => b - a);
  const floor = Math.max(before.floor, ...byAge.slice(RUNS).map(([, epoch]) => epoch));
  const epoch = Math.max(before.epoch, ...acts.map((act) => act.epoch));
  return { epoch, at, runs: Object.fromEntries(byAge.slice(0, RUNS)), floor };
}

/** Name of that value in the store. */
export const EPOCH = 'epoch';

/** Recognises a mail without naming its reader. */
export const mailMark = ({ semester, kind, edition, person }: LedgerKey): string =>
  createHash('sha256')
    .update(JSON.stringify([semester, kind, edition, person]))
    .digest('hex')
    .slice(0, 16);

/** The line of an act in a journal, with its line break. */
export const lineOf = (act: Act): string => `${act.epoch} ${act.run} ${JSON.stringify(act)}\n`;

/** Reads the lines of a journal. A line that a power cut tore is left out. */
export function readLines(text: string): readonly Act[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line.slice(line.indexOf('{'))) as Act];
    } catch {
      return [];
    }
  });
}
