/** Version by package name. */
export type Packages = Readonly<Record<string, string>>;

/** One package that is not the same after the roll-out as before it. */
export interface PackageChange {
  readonly name: string;
  /** Version before; null where it was not installed. */
  readonly before: string | null;
  /** Version after; null where it is taken away. */
  readonly after: string | null;
  /** Hosts on which this is the change. */
  readonly hosts: readonly string[];
}

/** Reads `pacman -Q`: one "name version" a line. */
export function parsePackages(text: string): Packages {
  const pairs = text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words): words is [string, string] => words.length === 2);
  return Object.fromEntries(pairs);
}

/** What changes on each host when it gets `after`, by name; hosts with the same change share one entry. */
export function changesOf(before: Readonly<Record<string, Packages>>, after: Packages): readonly PackageChange[] {
  const found = new Map<string, { name: string; before: string | null; after: string | null; hosts: string[] }>();
  for (const [host, packages] of Object.entries(before)) {
    for (const name of new Set([...Object.keys(packages), ...Object.keys(after)])) {
      const change = { name, before: packages[name] ?? null, after: after[name] ?? null };
      if (change.before === change.after) continue;
      const key = JSON.stringify([name, change.before]);
      const entry = found.get(key) ?? { ...change, hosts: [] };
      entry.hosts.push(host);
      found.set(key, entry);
    }
  }
  return [...found.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change);
}

/** One change as a line for people; names the hosts where it is not the same change on all of them. */
export function packageRow(change: PackageChange, hosts: number): string {
  const where = change.hosts.length < hosts ? ` (${change.hosts.join(', ')})` : '';
  if (change.before === null) return `+ ${change.name} ${change.after}${where}`;
  if (change.after === null) return `- ${change.name} ${change.before}${where}`;
  return `${change.name} ${change.before} → ${change.after}${where}`;
}
