import {
  wipeGate,
  type KeptAccount,
  type SeenHome,
  type WipeBinding,
  type WipeObserved,
} from '../../../domain/gates/wipe.ts';
import { digestOf } from '../../../domain/digest.ts';
import type { Plan, PlanRef } from '../../../domain/plan.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { Exemption, Site } from '../../../domain/site.ts';
import { noticesOf } from '../../id-server/notices.ts';
import type { LedgerEntry } from '../../store/store.ts';
import { bound, type Tree, type TreeEntry } from './tree.ts';
import { exemptOwnerIn } from './exempt-owners.ts';
import type { Say } from '../../../texts/messages.ts';
import { formatBytes } from '../../../domain/size.ts';
import { keptLine } from '../../../texts/messages.ts';
import { dateIn, dayOf, durationMs } from '../../../domain/moments.ts';
import { waivable } from '../../../domain/waivers.ts';

/** The entries of one GPU host. */
export interface HostTrees {
  readonly host: string;
  readonly docker: Tree;
  /** By directory of `layout.alsoWipe`. */
  readonly also: ReadonlyMap<string, Tree>;
  /** Paths beside the Docker data that are not deleted. */
  readonly stays: readonly string[];
}

export interface WipePlanInput {
  readonly site: Site;
  readonly semester: string;
  readonly edition: number;
  readonly backup: Proof<'backup'>;
  readonly kept: readonly Exemption[];
  /** The same accounts with their uids. */
  readonly accounts: readonly KeptAccount[];
  readonly homes: Tree;
  readonly trees: readonly HostTrees[];
  /** Unix seconds by account name. */
  readonly logins: ReadonlyMap<string, number>;
  readonly ledger: readonly LedgerEntry[];
  readonly at: Date;
  readonly say: Say;
}

const ROWS = 10;
/** With less, btrfs may have no room for a rename or a snapshot. */
const NEARLY_FULL = 2 ** 30;

/** Makes the plan for gate `wipe` from the inspected data; `refOf` summarises it once it is stored. Does no I/O. */
export function makeWipePlan(a: WipePlanInput): {
  plan: Plan<WipeBinding, WipeObserved>;
  refOf: (digest: string) => PlanRef;
} {
  const { site, kept, homes, trees, say } = a;
  const { layout, storage } = site;
  const exempt = new Set(kept.map(({ user }) => user));
  const going = (tree: Tree) => tree.entries.filter(({ name }) => !exempt.has(name));
  const leaving = going(homes);
  const exemptOwner = exemptOwnerIn(a.accounts);
  const notices = noticesOf(a.ledger, a.edition);
  const seen = (entry: TreeEntry): SeenHome => ({
    bytes: entry.bytes,
    files: entry.files,
    newest: entry.newest,
    lastLogin: a.logins.get(entry.owner) ?? null,
    notice: notices.get(entry.owner) ?? { at: null, state: null },
  });
  const owners = new Set(leaving.filter((entry) => exemptOwner(entry) === null).map(({ owner }) => owner));
  const unnoticed = [...owners].filter((owner) => (notices.get(owner)?.at ?? null) === null).toSorted();
  const byHost = <T>(of: (trees: HostTrees) => T) => Object.fromEntries(trees.map((one) => [one.host, of(one)]));
  const byDirectory = <T>(also: HostTrees['also'], of: (entries: readonly TreeEntry[]) => T) =>
    Object.fromEntries([...also].map(([dir, tree]) => [dir, of(going(tree))]));
  const boundOf = (entries: readonly TreeEntry[]) => entries.map(bound);
  const bytesOf = (entries: readonly TreeEntry[]) =>
    Object.fromEntries(entries.map(({ name, bytes }) => [name, bytes]));

  const places = trees.flatMap(({ host, docker, also }) => [
    [host, layout.docker, docker] as const,
    ...[...also].map(([dir, tree]) => [host, dir, tree] as const),
  ]);
  const everywhere = [[storage.name, layout.home, homes] as const, ...places];
  const owned = everywhere.flatMap(([host, dir, tree]) =>
    going(tree).flatMap((entry) => {
      const owner = exemptOwner(entry);
      return owner === null ? [] : [{ host, dir, owner, entry }];
    }),
  );
  const exemptOwned = [...new Set(owned.map(({ owner }) => owner))].toSorted();

  const binding: WipeBinding = {
    semester: a.semester,
    edition: a.edition,
    storage: storage.name,
    home: layout.home,
    homes: boundOf(leaving),
    dockerDirectory: layout.docker,
    docker: byHost(({ docker }) => boundOf(going(docker))),
    also: byHost(({ also }) => byDirectory(also, boundOf)),
    trash: site.wipe.trash,
    deferred: (site.excluded ?? []).map(({ name }) => name),
    kept: a.accounts,
    exemptOwned,
    unnoticed,
    backup: a.backup.facts.uuid,
    site: digestOf(site),
  };
  const userOf = new Map(a.accounts.flatMap(({ user, uids }) => uids.map((uid) => [uid, user] as const)));
  const inside = everywhere.flatMap(([host, dir, tree]) =>
    going(tree).flatMap((entry) =>
      tree.inside
        .filter((one) => one.name === entry.name && exemptOwner(entry) === null)
        .map(({ uid, files }) =>
          say('wipe.exemptInside', { host, dir, name: entry.name, files, owner: userOf.get(uid) ?? String(uid) }),
        ),
    ),
  );
  const directories = places.reduce((sum, [, , tree]) => sum + going(tree).length, 0);
  const mounts = everywhere.flatMap(([host, dir, tree]) =>
    tree.mounts.map((mount) => say('wipe.mounted', { host, mount: `${dir}/${mount}` })),
  );
  const warnings = [
    ...(directories > 0 || binding.deferred.length > 0 ? [trashLine(say, site, a.at)] : []),
    ...(homes.free < NEARLY_FULL ? [say('wipe.full', { host: storage.name, free: formatBytes(homes.free) })] : []),
    ...mounts,
    ...owned.map(({ host, dir, owner, entry: { name, bytes } }) =>
      say('wipe.exemptOwned', { host, dir, name, owner, size: formatBytes(bytes) }),
    ),
    ...inside,
    ...a.accounts.flatMap(({ user, uids }) => (uids.length === 0 ? [say('wipe.unknownAccount', { user })] : [])),
    ...binding.deferred.map((host) => say('wipe.deferred', { host, docker: layout.docker })),
    ...(unnoticed.length > 0 ? [say('wipe.unnoticed', { owners: unnoticed })] : []),
    ...leaving
      .filter((entry) => entry.name !== entry.owner && exemptOwner(entry) === null)
      .map(({ name, owner, bytes }) => say('wipe.stranger', { name, owner, size: formatBytes(bytes) })),
    ...trees.flatMap(({ host, stays }) => (stays.length > 0 ? [say('wipe.stays', { host, paths: stays })] : [])),
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
  const refOf = (digest: string): PlanRef => ({
    gate: 'wipe',
    digest,
    headline: say('wipe.headline', {
      storage: storage.name,
      homes: leaving.length,
      docker: directories,
      hosts: trees.length,
      backup: a.backup.facts.name,
    }),
    counts: {
      homes: leaving.length,
      docker: directories,
      bytes: leaving.reduce((sum, { bytes }) => sum + bytes, 0),
      files: leaving.reduce((sum, { files }) => sum + files, 0),
      freeBytes: homes.free,
      unnoticed: unnoticed.length,
      exemptOwned: owned.length,
    },
    rows: leaving.slice(0, ROWS).map((entry) => rowOf(say, site, entry.name, seen(entry))),
    total: leaving.length,
    kept: kept.map((one) => keptLine(say, one)),
    warnings: shortened(say, warnings),
    waivable: [...exemptOwned, ...waivable(unnoticed)],
    confirm: wipeGate.confirm(binding),
    empty: leaving.length === 0 && directories === 0,
  });
  return { plan: { gate: 'wipe', binding, observed }, refOf };
}

/** The first warnings, and how many more the plan holds. */
const shortened = (say: Say, warnings: readonly string[]): readonly string[] =>
  warnings.length <= ROWS
    ? warnings
    : [...warnings.slice(0, ROWS - 1), say('wipe.more', { count: warnings.length - ROWS + 1 })];

/** What becomes of the data that no backup holds. */
function trashLine(say: Say, { wipe: { trash, minFree }, zone }: Site, at: Date): string {
  if (trash === 'off') return say('wipe.noTrash');
  const until = new Date(at.getTime() + durationMs(trash));
  return say('wipe.trash', { until: dateIn(until.toISOString(), zone), minFree });
}

function rowOf(say: Say, { zone }: Site, name: string, { bytes, files, newest, lastLogin, notice }: SeenHome): string {
  return say('wipe.row', {
    name,
    size: formatBytes(bytes),
    files,
    changed: dayOf(newest, zone),
    login: lastLogin === null ? null : dayOf(lastLogin, zone),
    noticed: notice.at === null ? null : dateIn(notice.at, zone),
    state: notice.state === null ? null : say(`common.mailState.${notice.state}`),
  });
}
