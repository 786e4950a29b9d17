/** Version by package name. */
export type Packages = Readonly<Record<string, string>>;

/** A package that the roll-out changes. */
export interface PackageChange {
  readonly name: string;
  /** Version before; null if it was not installed. */
  readonly before: string | null;
  /** Version after; null if it is removed. */
  readonly after: string | null;
  /** Hosts with this change. */
  readonly hosts: readonly string[];
}

/** Parses the output of `pacman -Q`: one "name version" per line. */
export function parsePackages(text: string): Packages {
  const pairs = text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words): words is [string, string] => words.length === 2);
  return Object.fromEntries(pairs);
}

/** The package changes when each host gets `after`, sorted by name. Hosts with the same change share an entry. */
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

/** Renders a change as one line; lists the hosts unless all have the same change. */
export function packageRow(change: PackageChange, hosts: number): string {
  const where = change.hosts.length < hosts ? ` (${change.hosts.join(', ')})` : '';
  if (change.before === null) return `+ ${change.name} ${change.after}${where}`;
  if (change.after === null) return `- ${change.name} ${change.before}${where}`;
  return `${change.name} ${change.before} → ${change.after}${where}`;
}
