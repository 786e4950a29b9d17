/** Where a run is disturbed, in words: what `npm run chaos -- --at` takes, and what a failing run prints. */
export type Place =
  /** `before receiveImage bernini 1`: the worker is killed there. */
  | { readonly kind: 'boundary'; readonly text: string }
  /** `at 12.34 s`: the worker is killed that long after the beginning. */
  | { readonly kind: 'moment'; readonly text: string; readonly second: number }
  /** `power cut in rm oloroso 12`: the fault comes while the twelfth `rm` on oloroso stands still. */
  | {
      readonly kind: 'command';
      readonly text: string;
      readonly fault: Fault;
      readonly command: string;
      readonly host: string;
      readonly nth: number;
    };

export const FAULTS = ['kill', 'link cut', 'Temporal restart', 'power cut'] as const;
export type Fault = (typeof FAULTS)[number];

const MOMENT = /^at ([\d.]+) s$/;
const COMMAND = new RegExp(`^(?<fault>${FAULTS.join('|')}) in (?<command>\\S+) (?<host>\\S+) (?<nth>\\d+)$`);
const BOUNDARY = /^(before|after) \S.* \d+$/;

export const atMoment = (second: number) => `at ${second.toFixed(2)} s`;
/** @param command its name, the host, and the how-manieth it is there: `rm oloroso 12` */
export const inCommand = (fault: Fault, command: string) => `${fault} in ${command}`;

/** @throws Error if the text names no place */
export function parsePlace(text: string): Place {
  const second = MOMENT.exec(text)?.[1];
  if (second !== undefined) return { kind: 'moment', text, second: Number(second) };
  const { fault, command, host, nth } = COMMAND.exec(text)?.groups ?? {};
  if (fault && command && host && nth)
    return { kind: 'command', text, fault: FAULTS.find((one) => one === fault)!, command, host, nth: Number(nth) };
  if (BOUNDARY.test(text)) return { kind: 'boundary', text };
  throw new Error(
    `"${text}" is no place: write "before ACTIVITY N", "at SECONDS s" or "FAULT in COMMAND HOST N" (FAULT: ${FAULTS.join(', ')})`,
  );
}

/** The command that repeats exactly this run. */
export const repeat = (scenario: string, places: readonly string[]): string =>
  ['npm run chaos --', scenario, ...places.map((place) => `--at '${place}'`)].join(' ');
