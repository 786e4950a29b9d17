import type { Lab } from '../lab.ts';
import { STORAGE } from '../addresses.ts';
import { RESTORED } from './bring-back.ts';
import { say } from './ui.ts';

/** State of the fleet before the semester, for comparison at the end. */
export interface Baseline {
  readonly members: readonly string[];
  /** Names below /csehome. */
  readonly homes: readonly string[];
  /** Names below the backup folder. */
  readonly backups: readonly string[];
  /** Hash over all files of all homes, except bacchus' home and the nested subvolume. */
  readonly homesHash: string;
  /** Hash over the subvolume in a user's home, which a snapshot of the homes does not include. */
  readonly nestedHash: string;
  /** Hash over the home that is restored later, with its nested subvolume. */
  readonly restoredHash: string;
  /** Hash over the exempt professor's home. */
  readonly exemptHash: string;
  /** Boot id by host. */
  readonly bootIds: Readonly<Record<string, string>>;
}

const TOP = '/root/btrfs-toplevel';
export const BACKUPS = `${TOP}/backups/gpu`;
/** Path of the nested subvolume below /csehome. */
const NESTED = 'erin/datasets';
export const EXEMPT = 'prof';

export const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Names in a folder of a host, sorted. */
export const namesIn = async (lab: Lab, host: string, folder: string): Promise<string[]> =>
  lines(await lab.exec(host, `ls -A ${folder}`)).toSorted();

/** Hash over the names and bytes of all files below a folder of the storage host, except paths in `without`. */
export function hashOf(lab: Lab, folder: string, without: readonly string[] = []): Promise<string> {
  const prune = without.map((path) => `-path ./${path} -prune -o`).join(' ');
  const files = `find . ${prune} -type f -print0 | LC_ALL=C sort -z`;
  return lab.exec(STORAGE, `set -o pipefail; cd ${folder} && ${files} | xargs -0 sha256sum | sha256sum | cut -c1-64`);
}

export const hashOfHomes = (lab: Lab, folder: string) => hashOf(lab, folder, ['bacchus', NESTED]);

const gpuHosts = (lab: Lab): readonly string[] => lab.hosts.map(({ name }) => name).filter((name) => name !== STORAGE);

/** Runs a command on every GPU host; returns the outputs by host. */
export async function onEach(lab: Lab, command: string): Promise<ReadonlyMap<string, string>> {
  const ask = async (host: string) => [host, await lab.exec(host, command)] as const;
  return new Map(await Promise.all(gpuHosts(lab).map(ask)));
}

export const BOOT_ID = 'cat /proc/sys/kernel/random/boot_id';

const GPU_PROCESSES = 'nvidia-smi --query-compute-apps=gpu_uuid,pid,used_memory,process_name --format=csv,noheader';

/** Records the state of the fleet before the semester. */
export async function recordBaseline(lab: Lab): Promise<Baseline> {
  await lab.exec(STORAGE, `mountpoint -q ${TOP} || mount ${TOP}`);
  const [members, homes, backups, homesHash, nestedHash, restoredHash, exemptHash, bootIds] = await Promise.all([
    lab.services.idServer.members(),
    namesIn(lab, STORAGE, '/csehome'),
    namesIn(lab, STORAGE, BACKUPS),
    hashOfHomes(lab, '/csehome'),
    hashOf(lab, `/csehome/${NESTED}`),
    hashOf(lab, `/csehome/${RESTORED}`),
    hashOf(lab, `/csehome/${EXEMPT}`),
    onEach(lab, BOOT_ID),
  ]);
  const busy = await onEach(lab, `${GPU_PROCESSES} | wc -l`);
  const runs = [...busy.values()].reduce((sum, text) => sum + Number(text), 0);
  say(`${members.length} members, ${homes.length} homes, ${backups.length} old backups, ${runs} training runs on GPUs`);
  return {
    members,
    homes,
    backups,
    homesHash,
    nestedHash,
    restoredHash,
    exemptHash,
    bootIds: Object.fromEntries(bootIds),
  };
}
