import type { Site } from '../../../domain/site.ts';
import type { Store } from '../../store/store.ts';

/** The directories in which the service has made a trash, by host. */
type ByHost = Readonly<Record<string, readonly string[]>>;

const NAME = 'trash-directories';

/**
 * The directories of site.yaml whose entries go through the trash of a host: on a GPU host what no backup holds, for its time; on
 * the storage host the homes, which are deleted from there at once.
 */
export const withTrash = ({ layout, storage }: Pick<Site, 'layout' | 'storage'>, host: string): readonly string[] =>
  host === storage.name ? [layout.home] : [layout.docker, ...layout.alsoWipe];

/** Records that a directory of a host is about to get a trash, so that it is emptied whatever site.yaml says later. */
export async function recordTrash(store: Pick<Store, 'changeNamed'>, host: string, directory: string): Promise<void> {
  await store.changeNamed<ByHost>(NAME, (before) => ({
    ...before,
    [host]: [...new Set([...(before?.[host] ?? []), directory])],
  }));
}

/** The trash folders on hosts that left site.yaml. The service cannot empty them, and no other record names them. */
export async function trashLeftBehind(
  store: Pick<Store, 'getNamed'>,
  { storage, hosts, excluded = [] }: Pick<Site, 'storage' | 'hosts' | 'excluded'>,
): Promise<readonly { readonly host: string; readonly paths: readonly string[] }[]> {
  const known = new Set([storage, ...hosts, ...excluded].map(({ name }) => name));
  return Object.entries((await store.getNamed<ByHost>(NAME)) ?? {}).flatMap(([host, directories]) => {
    if (known.has(host)) return [];
    return { host, paths: directories.map((directory) => `${directory}/.semester-trash`) };
  });
}

/** Ends the record of a directory: its trash is empty, and site.yaml no longer names it. */
export async function forgetTrash(store: Pick<Store, 'changeNamed'>, host: string, directory: string): Promise<void> {
  await store.changeNamed<ByHost>(NAME, (before) => {
    const { [host]: mine = [], ...others } = before ?? {};
    const left = mine.filter((one) => one !== directory);
    return left.length === 0 ? others : { ...others, [host]: left };
  });
}

/** The directories of a host that may have a trash: those of site.yaml, and those in which the service has made one. */
export async function trashDirectories(
  store: Pick<Store, 'getNamed'>,
  site: Pick<Site, 'layout' | 'storage'>,
  host: string,
): Promise<readonly string[]> {
  const made = (await store.getNamed<ByHost>(NAME))?.[host] ?? [];
  return [...new Set([...withTrash(site, host), ...made])];
}
