import type { Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import type { Remote, RunOptions } from '../remote/remote.ts';

/** The running root of a host, the next one to boot, and their images. */
export interface RootLook {
  readonly bootId: string;
  /** Path of the running root below the top level: `root`. */
  readonly running: string;
  /** Path of the default subvolume, which boots next. */
  readonly default: string;
  readonly readOnly: boolean;
  /** Bytes free on the file system. */
  readonly free: number;
  /** The image that the running root was made from, or that this leader produced; null if unknown. */
  readonly image: string | null;
  readonly imageUuid: string | null;
  /** Images that this host reverted from, and whose roots still exist. */
  readonly failed: readonly string[];
  /** The image that this host last reverted from, and why; cleared at the next swap. */
  readonly wentBack: { readonly image: string; readonly why: string } | null;
  /** The root that this host boots once, without any other change, or runs so; null if there is none. */
  readonly trial: Trial | null;
  /** The roots of these names below the top level, whether or not they run. */
  readonly made: Readonly<Record<'root' | 'root.new', Made>>;
}

/** A trial of `root.new` (`trial.sh`). */
interface Trial {
  readonly image: string;
  /** The boot that set it up. */
  readonly boot: string;
  /** Whether the next boot is the trial. */
  readonly next: boolean;
  /** Whether the root is confirmed, and its names, default or kernels are not all in place. */
  readonly committing: boolean;
}

/** The image that a root was made from; null if the root does not exist or the image is unknown. */
interface Made {
  readonly readOnly: boolean;
  readonly image: string | null;
  readonly imageUuid: string | null;
}

/**
 * Inspects a host's root; changes nothing (R8).
 * @throws ApplicationFailure `Unreachable`, `CommandFailed`
 */
export async function lookRoot(remote: Remote, site: Site, host: string, options?: RunOptions): Promise<RootLook> {
  const { toplevel, jobs } = site.layout;
  const facts = keyValues(await remote.run(host, { name: 'look-root', args: [toplevel, jobs] }, options));
  return {
    bootId: facts['boot_id'] ?? '',
    running: facts['running'] ?? '',
    default: facts['default'] ?? '',
    readOnly: facts['read_only'] === 'true',
    free: Number(facts['free']),
    image: facts['image'] ?? null,
    imageUuid: facts['image_uuid'] ?? null,
    failed: Object.keys(facts).flatMap((key) => (key.startsWith('failed_') ? [key.slice('failed_'.length)] : [])),
    wentBack:
      facts['went_back_image'] === undefined
        ? null
        : { image: facts['went_back_image'], why: facts['went_back_why'] ?? '' },
    trial:
      facts['trial_image'] === undefined
        ? null
        : {
            image: facts['trial_image'],
            boot: facts['trial_boot'] ?? '',
            next: facts['trial_next'] === 'yes',
            committing: facts['trial_committing'] === 'yes',
          },
    made: { root: madeOf(facts, 'root'), 'root.new': madeOf(facts, 'root.new') },
  };
}

const madeOf = (facts: Readonly<Record<string, string | undefined>>, root: string): Made => ({
  readOnly: facts[`${root}.read_only`] === 'true',
  image: facts[`${root}.image`] ?? null,
  imageUuid: facts[`${root}.image_uuid`] ?? null,
});

/**
 * Demands that `root` is the running root. Otherwise the service would image or replace the wrong root.
 * @throws ApplicationFailure `VerificationFailed`
 */
export function demandRoot(host: string, look: RootLook): void {
  if (look.running === 'root') return;
  if (look.running === 'root.new' && look.trial) {
    throw refuse(
      'VerificationFailed',
      `${host} tries root.new of ${look.trial.image}, which is not confirmed: retry after its roll-out`,
    );
  }
  throw refuse(
    'VerificationFailed',
    `${host} runs the subvolume "${look.running}", not root: reboot it if the default is root, ` +
      'or rename the right root to root and set it as the default, then retry',
  );
}

/** The mount point of the ESP if kernels and loader lie outside of the root; otherwise empty. */
export const espOf = ({ update, layout }: Pick<Site, 'update' | 'layout'>) => (update.boot === 'esp' ? layout.esp : '');

/** Closes a writable window that no living process holds (R7, R8). */
export async function closeWindow(remote: Remote, host: string, waitSeconds = 0): Promise<'closed' | 'held'> {
  const output = await remote.run(host, { name: 'close-window', args: [String(waitSeconds)] });
  return output.trim() === 'held' ? 'held' : 'closed';
}

/** The `stopPost` script of jobs that open a window. */
export const CLOSE_WINDOW = { name: 'close-window', args: ['10'] } as const;

/** Parses `key=value` lines; skips other lines. */
export function keyValues(text: string): Readonly<Record<string, string | undefined>> {
  const lines = text.split('\n').flatMap((line) => {
    const at = line.indexOf('=');
    return at > 0 ? [[line.slice(0, at), line.slice(at + 1).trim()] as const] : [];
  });
  return Object.fromEntries(lines);
}
