import type { Stage } from './stage.ts';

/** What a run leaves behind, in words that are the same for each run: lines by place. */
export type EndState = Readonly<Record<string, readonly string[]>>;

/** A run that is about to begin. */
interface Course {
  /** Runs it to its end. @throws Error if it does not end without help */
  run(): Promise<void>;
  /** What is nowhere any more, at this moment; each line names it. */
  missing(): Promise<readonly string[]>;
  /** @param rebooted whether a host lost its power, so that its jobs ran again */
  endState(rebooted: boolean): Promise<EndState>;
}

/** A piece of a semester that is run again and again. */
export interface Scenario {
  readonly name: string;
  /** Makes the hosts as they are before each run. */
  begin(stage: Stage, nth: number): Promise<Course>;
}
