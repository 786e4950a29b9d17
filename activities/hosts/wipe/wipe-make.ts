import { digestOf } from '../../../domain/digest.ts';
import type { Plan, PlanRef } from '../../../domain/plan.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { Kept, Site } from '../../../domain/site.ts';
import { noticesOf } from '../../id-server/notices.ts';
import type { LedgerEntry } from '../../store/store.ts';
import { excludeTexts } from '../access/exclude-texts.ts';
import { keptLines } from '../dependencies.ts';
import { wipeTexts } from './texts.ts';
import type { Tree, TreeEntry } from './tree.ts';
import type { SeenHome, WipeBinding, WipeObserved } from './wipe-binding.ts';

/** What was found on one GPU host. */
export interface HostTrees {
  readonly host: string;
  readonly docker: Tree;
  /** By directory of `layout.alsoWipe`. */
  readonly also: ReadonlyMap<string, Tree>;
  /** Paths beside the Docker data that nobody deletes. */
  readonly stays: readonly string[];
}

export interface WipePlanInput {
  readonly site: Site;
  readonly semester: string;
  readonly edition: number;
  readonly backup: Proof<'backup'>;
  readonly kept: readonly Kept[];
  readonly homes: Tree;
  readonly trees: readonly HostTrees[];
  /** Unix seconds by account name. */
  readonly logins: ReadonlyMap<string, number>;
  readonly ledger: readonly LedgerEntry[];
  readonly at: Date;
}

const ROWS = 10;
/** A status stays below 64 KB, however many have no notice; the binding names them all. */
const NAMED = 500;

/** Puts together what gate `wipe` decides on; `refOf` shows it at a glance once it is stored. Looks at nothing itself. */
export function makeWipePlan(a: WipePlanInput): {
  plan: Plan<WipeBinding, WipeObserved>;
  refOf: (digest: string) => PlanRef;
} {
  const { site, kept, homes, trees } = a;
  const { layout, storage } = site;
  const exempt = new Set(kept.map(({ user }) => user));
  const going = (tree: Tree) => tree.entries.filter(({ name }) => !exempt.has(name));
  const leaving = going(homes);
  const notices = noticesOf(a.ledger, a.edition);
  const seen = (entry: TreeEntry): SeenHome => ({
    bytes: entry.bytes,
    files: entry.files,
    newest: entry.newest,
    lastLogin: a.logins.get(entry.owner) ?? null,
    notice: notices.get(entry.owner) ?? { at: null, state: null },
  });
  const owners = new Set(leaving.map(({ owner }) => owner).filter((owner) => !exempt.has(owner)));
  const unnoticed = [...owners].filter((owner) => (notices.get(owner)?.at ?? null) === null).toSorted();
  const byHost = <T>(of: (trees: HostTrees) => T) => Object.fromEntries(trees.map((one) => [one.host, of(one)]));
  const byDirectory = <T>(also: HostTrees['also'], of: (entries: readonly TreeEntry[]) => T) =>
    Object.fromEntries([...also].map(([dir, tree]) => [dir, of(going(tree))]));
  const namesOf = (entries: readonly TreeEntry[]) => entries.map(({ name }) => name);
  const bytesOf = (entries: readonly TreeEntry[]) =>
    Object.fromEntries(entries.map(({ name, bytes }) => [name, bytes]));

  const binding: WipeBinding = {
    semester: a.semester,
    edition: a.edition,
    storage: storage.name,
    home: layout.home,
    homes: leaving.map(({ name, owner }) => ({ name, owner })),
    dockerDirectory: layout.docker,
    docker: byHost(({ docker }) => namesOf(going(docker))),
    also: byHost(({ also }) => byDirectory(also, namesOf)),
    deferred: (site.excluded ?? []).map(({ name }) => name),
    kept: [...exempt].toSorted(),
    unnoticed,
    backup: a.backup.facts.uuid,
    site: digestOf(site),
  };
  const texts = wipeTexts(site.language, site.zone);
  const places = trees.flatMap(({ host, docker, also }) => [
    [host, layout.docker, docker] as const,
    ...[...also].map(([dir, tree]) => [host, dir, tree] as const),
  ]);
  const mounts = [[storage.name, layout.home, homes] as const, ...places].flatMap(([host, dir, tree]) =>
    tree.mounts.map((mount) => texts.mounted(host, `${dir}/${mount}`)),
  );
  const warnings = [
    ...mounts,
    ...binding.deferred.map((host) => excludeTexts(site.language).deferred(host, layout.docker)),
    ...(unnoticed.length > 0 ? [texts.unnoticed(unnoticed.length, unnoticed.slice(0, 5))] : []),
    ...texts.strangers(leaving.filter(({ name, owner }) => name !== owner)),
    ...trees.flatMap(({ host, stays }) => (stays.length > 0 ? [texts.stays(host, stays)] : [])),
  ];
  const observed: WipeObserved = {
    at: a.at.toISOString(),
    homes: Object.fromEntries(leaving.map((entry) => [entry.name, seen(entry)])),
    docker: byHost(({ docker }) => bytesOf(going(docker))),
    also: byHost(({ also }) => byDirectory(also, bytesOf)),
    stays: byHost(({ stays }) => stays),
    freeBytes: homes.free,
    free: byHost(({ docker }) => docker.free),
    warnings,
  };
  const directories = places.reduce((sum, [, , tree]) => sum + going(tree).length, 0);
  const refOf = (digest: string): PlanRef => ({
    gate: 'wipe',
    digest,
    headline: texts.headline(storage.name, leaving.length, directories, trees.length, a.backup.facts.name),
    counts: {
      homes: leaving.length,
      docker: directories,
      bytes: leaving.reduce((sum, { bytes }) => sum + bytes, 0),
      files: leaving.reduce((sum, { files }) => sum + files, 0),
      freeBytes: homes.free,
      unnoticed: unnoticed.length,
    },
    rows: leaving.slice(0, ROWS).map((entry) => texts.row(entry.name, seen(entry))),
    total: leaving.length,
    kept: keptLines(kept),
    warnings: warnings.slice(0, ROWS),
    waivable: unnoticed.slice(0, NAMED),
    confirm: `${storage.name} ${leaving.length}`,
    empty: leaving.length === 0 && directories === 0,
  });
  return { plan: { gate: 'wipe', binding, observed }, refOf };
}
