/** `update` of site.yaml: how the leader is updated, and how its image reaches the followers (R2, R8). */
export interface UpdateConfig {
  /** `by-hand`: a person updates the leader at gate `leader-work`. */
  readonly mode: 'command' | 'by-hand';
  /** Command that updates the leader. It runs as root in a writable window. */
  readonly command: string;
  /** Host that is updated first and imaged. */
  readonly leader: string;
  /** Extra commands that must exit 0 on a rebooted host: `nvidia-smi`. */
  readonly checks: readonly string[];
  /** The follower that boots into the image before the roll-out gate opens; absent: the first follower; false: none. */
  readonly canary?: string | false | undefined;
  /**
   * Sizes of the waves after the canary: a number of hosts, or the percentage of all followers that have the image
   * after the wave.
   */
  readonly waves: readonly (number | string)[];
  /** The roll-out stops when this many hosts have failed; the rest stays untouched. */
  readonly failureBudget: number;
  /** How many hosts receive the image at the same time; in a semester also how many of a wave boot at the same time. */
  readonly parallel: number;
  /** How many images to keep, in addition to those that are still a parent. */
  readonly keepImages: number;
  /** ISO-8601: how long after its boot a host waits for confirmation before it reverts. */
  readonly confirmWithin: string;
  /** Where kernel and boot loader are: in the root, or on the EFI system partition at `layout.esp`. */
  readonly boot: 'in-root' | 'esp';
  /** Files that belong to one host and not to the image: shell globs below `/`. */
  readonly perHost: readonly string[];
  /** Settings for updates between semesters, while people work. */
  readonly between: {
    /** ISO-8601: how long before the first reboot all members get a mail. */
    readonly announce: string;
    /**
     * Hours of the day in the site's zone in which hosts may reboot: `{from: "02:00", until: "06:00"}`; absent: any.
     */
    readonly window?: { readonly from: string; readonly until: string } | undefined;
    /** ISO-8601: how long to wait for GPU jobs before the step asks for attention. */
    readonly waitForJobs: string;
  };
}
