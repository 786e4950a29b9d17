/** `update` of site.yaml: how the leader is updated, and how its image goes to all others (R2, R8). */
export interface UpdateConfig {
  /** `by-hand`: a person does it at gate `leader-work`. */
  readonly mode: 'command' | 'by-hand';
  /** Command that updates the leader; runs as root in a writable window. */
  readonly command: string;
  /** Host that is updated first and imaged. */
  readonly leader: string;
  /** Extra commands that must exit 0 on a rebooted host: `nvidia-smi`. */
  readonly checks: readonly string[];
  /** The follower that boots into the image before the rest is asked about; absent: the first one; false: none. */
  readonly canary?: string | false | undefined;
  /** Sizes of the waves after the canary: hosts, or a percentage of all followers up to which this wave goes. */
  readonly waves: readonly (number | string)[];
  /** How many hosts may fail before the rest is left untouched: the roll-out stops when as many have. */
  readonly failureBudget: number;
  /** How many hosts receive the image at a time; in a semester, also how many of a wave boot into it at a time. */
  readonly parallel: number;
  /** How many images are kept, besides whatever is still a parent. */
  readonly keepImages: number;
  /** ISO-8601: how long after its boot a host waits to be confirmed before it goes back by itself. */
  readonly confirmWithin: string;
  /** Where kernel and loader live: in the root, or on the EFI system partition at `layout.esp`. */
  readonly boot: 'in-root' | 'esp';
  /** What belongs to one host and not to the image, below `/`, as shell globs. */
  readonly perHost: readonly string[];
  /** Between semesters, while people work. */
  readonly between: {
    /** ISO-8601: how long before the first reboot everybody is told by mail. */
    readonly announce: string;
    /** Hours of the day in the site's zone in which hosts may reboot: `{from: "02:00", until: "06:00"}`; absent: any. */
    readonly window?: { readonly from: string; readonly until: string } | undefined;
    /** ISO-8601: how long to wait for GPU jobs to end before people are asked. */
    readonly waitForJobs: string;
  };
}
