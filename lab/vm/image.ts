import path from 'node:path';
import { builtImages } from '../image/image.ts';
import type { IdKind } from '../people.ts';
import type { Progress } from '../setup/cache.ts';

const here = import.meta.dirname;

/**
 * Returns the folder with `machine.img`, from which the disks of a lab's machines are cloned: about a minute and a half, with packages and two
 * kernels from Debian's mirror; else from the cache.
 * @throws ExecaError with the output of the script.
 */
export const machineImages = (kind: IdKind, progress: Progress = () => {}): Promise<string> =>
  builtImages('machines', [here, path.join(here, '..', 'image')], kind, progress);
