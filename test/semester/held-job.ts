import type { Lab } from '../../lab/lab.ts';

/**
 * Waits on the host until `condition` (of bash's `[[ ]]`) holds while a remote job of the product runs there, and stops the
 * job's processes at that moment, as a disk does that does not answer. Returns the unit's name without its suffix.
 */
export async function atHalf(lab: Lab, host: string, condition: string): Promise<string> {
  const unit = await lab.exec(
    host,
    `name() { systemctl list-units --plain --no-legend 'semester-*.service' | cut -d. -f1; }
    until unit=$(name) && [[ -n $unit ]]; do sleep 0.02; done
    until [[ ${condition} ]]; do sleep 0.005; done
    systemctl kill --signal=STOP "$unit" && echo "$unit"`,
  );
  if (!/^semester-\w+$/.test(unit)) throw new Error(`one job was to run on ${host}, not: ${unit}`);
  return unit;
}

/** Lets a held job go on. */
export const letGo = (lab: Lab, host: string, unit: string) => lab.exec(host, `systemctl kill --signal=CONT ${unit}`);

/** How many jobs of a script were ever started on a host, by their records. */
export async function countRecords(lab: Lab, host: string, script: string): Promise<number> {
  const marks = { wipe: 'semester-wipe', 'receive-image': 'semester-receive' };
  const mark = marks[script as keyof typeof marks];
  return Number(await lab.exec(host, `grep -l ${mark} /root/btrfs-toplevel/semester/*/script.sh | wc -l`));
}
