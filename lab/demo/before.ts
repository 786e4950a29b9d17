import type { Lab } from '../lab.ts';
import { STORAGE } from '../addresses.ts';
import { RETURNING } from './bring-back.ts';
import { say } from './ui.ts';

/** What the fleet was like before the semester, to compare the end with. */
export interface Before {
  readonly members: readonly string[];
  /** Names below /csehome. */
  readonly homes: readonly string[];
  /** Names below the folder of backups. */
  readonly backups: readonly string[];
  /** A hash over every file of every home, but bacchus' and what is nested. */
  readonly everything: string;
  /** The same of the subvolume that a user nested in their home, which a snapshot leaves out. */
  readonly nested: string;
  /** The same of the home that somebody asks for later, with what is nested in it. */
  readonly returning: string;
  /** The same of the professor's home, which is kept. */
  readonly kept: string;
  /** Boot id by host. */
  readonly boots: Readonly<Record<string, string>>;
}

const TOP = '/root/btrfs-toplevel';
export const BACKUPS = `${TOP}/backups/gpu`;
/** Whose home holds a nested subvolume, and where. */
const NESTED = 'erin/datasets';
export const KEPT = 'prof';

export const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Names in a folder of a host, sorted. */
export const namesIn = async (lab: Lab, host: string, folder: string): Promise<string[]> =>
  lines(await lab.exec(host, `ls -A ${folder}`)).toSorted();

/** One hash over the names and bytes of every file below a folder of the storage host; paths in `without` are left out. */
export function hashOf(lab: Lab, folder: string, without: readonly string[] = []): Promise<string> {
  const prune = without.map((path) => `-path ./${path} -prune -o`).join(' ');
  const files = `find . ${prune} -type f -print0 | LC_ALL=C sort -z`;
  return lab.exec(STORAGE, `set -o pipefail; cd ${folder} && ${files} | xargs -0 sha256sum | sha256sum | cut -c1-64`);
}

export const hashOfHomes = (lab: Lab, folder: string) => hashOf(lab, folder, ['bacchus', NESTED]);

const gpuHosts = (lab: Lab): readonly string[] => lab.hosts.map(({ name }) => name).filter((name) => name !== STORAGE);

/** Asks every GPU host the same. */
export async function onEach(lab: Lab, command: string): Promise<ReadonlyMap<string, string>> {
  const ask = async (host: string) => [host, await lab.exec(host, command)] as const;
  return new Map(await Promise.all(gpuHosts(lab).map(ask)));
}

export const BOOT_ID = 'cat /proc/sys/kernel/random/boot_id';

const GPU_PROCESSES = 'nvidia-smi --query-compute-apps=gpu_uuid,pid,used_memory,process_name --format=csv,noheader';

/** Looks at everything once, before the semester begins. */
export async function lookBefore(lab: Lab): Promise<Before> {
  await lab.exec(STORAGE, `mountpoint -q ${TOP} || mount ${TOP}`);
  const [members, homes, backups, everything, nested, returning, kept, boots] = await Promise.all([
    lab.services.idServer.members(),
    namesIn(lab, STORAGE, '/csehome'),
    namesIn(lab, STORAGE, BACKUPS),
    hashOfHomes(lab, '/csehome'),
    hashOf(lab, `/csehome/${NESTED}`),
    hashOf(lab, `/csehome/${RETURNING}`),
    hashOf(lab, `/csehome/${KEPT}`),
    onEach(lab, BOOT_ID),
  ]);
  const busy = await onEach(lab, `${GPU_PROCESSES} | wc -l`);
  const runs = [...busy.values()].reduce((sum, text) => sum + Number(text), 0);
  say(`${members.length} members, ${homes.length} homes, ${backups.length} old backups, ${runs} training runs on GPUs`);
  return { members, homes, backups, everything, nested, returning, kept, boots: Object.fromEntries(boots) };
}
