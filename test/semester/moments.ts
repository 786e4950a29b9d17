import { watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Lab } from '../../lab/lab.ts';

/** Where remote jobs leave their records. */
const RECORDS = '/root/btrfs-toplevel/semester';

/** Resolves when the mail server has taken `count` more mails; it writes each to a file of its own. */
export async function received({ dir }: Lab, count: number): Promise<void> {
  const folder = path.join(dir, 'services', 'mail');
  const before = new Set(await readdir(folder));
  const seen = new Set<string>();
  await new Promise<void>((resolve) => {
    const watcher = watch(folder, (_, file) => {
      if (!file?.endsWith('.eml') || before.has(file)) return;
      seen.add(file);
      if (seen.size < count) return;
      watcher.close();
      resolve();
    });
  });
}

/**
 * Waits on the host until `condition` (of bash's `[[ ]]`) holds while a remote job of the product runs there, and stops the
 * job's processes at that moment, as a disk does that does not answer. Returns the unit's name without its suffix.
 */
export async function atHalf(lab: Lab, host: string, condition: string): Promise<string> {
  const unit = await lab.exec(
    host,
    // By a pattern, and at once: which job runs is looked up when it stands still.
    `until [[ ${condition} ]]; do sleep 0.005; done
    systemctl kill --signal=STOP 'semester-*.service'
    systemctl list-units --plain --no-legend 'semester-*.service' | cut -d. -f1`,
  );
  if (!/^semester-\w+$/.test(unit)) throw new Error(`one job was to run on ${host}, not: ${unit}`);
  return unit;
}

/** Lets a held job go on. */
export const letGo = (lab: Lab, host: string, unit: string) => lab.exec(host, `systemctl kill --signal=CONT ${unit}`);

/** Resolves when a job has ended, by its record. */
export const finished = (lab: Lab, host: string, unit: string) =>
  lab.exec(host, `until [ -e ${RECORDS}/${unit}/finished ]; do sleep 0.05; done`);

const MARKS = { wipe: 'hold_lock 8 wipe', receive: 'hold_lock 9 receive' } as const;

/** How many jobs of a kind were ever started on a host, by their records. */
export async function countRecords(lab: Lab, host: string, kind: keyof typeof MARKS): Promise<number> {
  return Number(await lab.exec(host, `grep -l '${MARKS[kind]}' ${RECORDS}/*/script.sh | wc -l`));
}

/** Resolves when a worker watches a job on this host, or when none does any more. */
export const watched = (lab: Lab, host: string, is: boolean) =>
  lab.exec(host, `${is ? 'until' : 'while'} pgrep -f '[j]ob-watch' >/dev/null; do sleep 0.1; done`);
