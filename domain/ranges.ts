export const RANGE_FILES = ['subuid', 'subgid'] as const;
type RangeFile = (typeof RANGE_FILES)[number];

/** A line of /etc/subuid or /etc/subgid. */
export interface Range {
  readonly file: RangeFile;
  /** Account name; a uid if the host knows no name for it. */
  readonly owner: string;
  readonly start: number;
  readonly count: number;
}

/** The ids of one host: subordinate ranges with their owners, and the ids of real accounts and groups. */
export interface HostIds {
  readonly ranges: readonly Range[];
  /** Invalid lines of /etc/subuid and /etc/subgid, by line number. */
  readonly rejected: readonly { readonly file: RangeFile; readonly line: number }[];
  /** The uids and gids of accounts and groups. */
  readonly ids: readonly number[];
}

/** The new content of each file on every host: one range per account, sorted by start. */
export type FleetRanges = Readonly<Record<RangeFile, string>>;

/** Parses the output of `ranges.sh`. */
export function parseHostIds(text: string): HostIds {
  const words = text.split('\n').map((line) => line.split(' '));
  const fileOf = (word: string | undefined) => RANGE_FILES.find((name) => name === word);
  return {
    ranges: words.flatMap(([word, owner, start, count]) => {
      const file = fileOf(word);
      return file && owner && start && count ? [{ file, owner, start: Number(start), count: Number(count) }] : [];
    }),
    rejected: words.flatMap(([word, name, line]) => {
      const file = word === 'rejected' ? fileOf(name) : undefined;
      return file ? [{ file, line: Number(line) }] : [];
    }),
    ids: words.flatMap(([word, id]) => (word === 'id' ? [Number(id)] : [])),
  };
}

/** Invalid lines of one host, one sentence each. newuidmap reads such a line differently, or not at all. */
export const rejectedLines = (host: string, { rejected }: Pick<HostIds, 'rejected'>): readonly string[] =>
  rejected.map(
    ({ file, line }) =>
      `${host}: line ${line} of /etc/${file} is invalid: write it there as NAME:START:COUNT in decimal`,
  );

/** A range that contains ids of real accounts or groups. */
interface Clash extends Range {
  /** Ascending. */
  readonly ids: readonly number[];
}

/**
 * The ranges that contain the id of a real account or group. The containers of the range's owner can use such an id, so
 * they could read and change that account's files.
 */
const clashesOf = (ranges: readonly Range[], ids: readonly number[]): readonly Clash[] =>
  ranges.flatMap((range) => {
    const inside = ids.filter((id) => id >= range.start && id < range.start + range.count).toSorted((a, b) => a - b);
    return inside.length === 0 ? [] : [{ ...range, ids: inside }];
  });

/** The clashes of a fleet: `OWNER START:COUNT` of each range on any host, and the ids, which any host knows. */
export function fleetClashes(hosts: readonly HostIds[]): {
  readonly ranges: readonly string[];
  readonly ids: readonly number[];
} {
  const known = [...new Set(hosts.flatMap(({ ids }) => ids))];
  const clashes = clashesOf(
    hosts.flatMap(({ ranges }) => ranges),
    known,
  );
  return {
    ranges: [...new Set(clashes.map(({ owner, start, count }) => `${owner} ${start}:${count}`))],
    ids: [...new Set(clashes.flatMap(({ ids }) => ids))].toSorted((a, b) => a - b),
  };
}

/**
 * Problems of one host's ranges, one sentence each: invalid lines, and ranges that contain the id of a real account or
 * group.
 */
export function problemsOf(host: string, { ranges, rejected, ids }: HostIds): readonly string[] {
  return [
    ...rejectedLines(host, { rejected }),
    ...clashesOf(ranges, ids).map(({ file, owner, start, count, ids: inside }) => {
      const shown = inside.slice(0, 5).join(', ') + (inside.length > 5 ? `, … (${inside.length} in all)` : '');
      return (
        `${host}: the range ${start}:${count} of ${owner} in /etc/${file} contains ids of real accounts or groups (${shown}): ` +
        'move the Docker data of that user to another range, then correct the line on every host'
      );
    }),
  ];
}

/**
 * Merges the ranges of all hosts into one range per user. `problems` lists users with different ranges on different
 * hosts, and pairs of users that share ids: the owner of their files is ambiguous then. The function never renumbers a
 * user.
 */
export function mergeRanges(hosts: Readonly<Record<string, readonly Range[]>>): {
  readonly ranges: FleetRanges;
  readonly problems: readonly string[];
} {
  const merged = RANGE_FILES.map((file) => [file, ofFile(file, hosts)] as const);
  return {
    ranges: Object.fromEntries(merged.map(([file, { text }]) => [file, text])) as FleetRanges,
    problems: merged.flatMap(([, { problems }]) => problems),
  };
}

interface Claim {
  readonly owner: string;
  readonly start: number;
  readonly count: number;
  readonly hosts: string[];
}

function ofFile(file: RangeFile, hosts: Readonly<Record<string, readonly Range[]>>) {
  const claims = new Map<string, Claim>();
  for (const [host, ranges] of Object.entries(hosts)) {
    for (const { owner, start, count } of ranges.filter((range) => range.file === file)) {
      const key = `${owner}:${start}:${count}`;
      const claim = claims.get(key) ?? { owner, start, count, hosts: [] };
      if (!claim.hosts.includes(host)) claim.hosts.push(host);
      claims.set(key, claim);
    }
  }
  const sorted = [...claims.values()].toSorted((a, b) => a.start - b.start || (a.owner < b.owner ? -1 : 1));
  return {
    text: sorted.map(({ owner, start, count }) => `${owner}:${start}:${count}\n`).join(''),
    problems: [...differing(file, sorted), ...overlapping(file, sorted)],
  };
}

const describeClaim = ({ start, count, hosts }: Claim) => `${start}:${count} on ${hosts.join(', ')}`;

function differing(file: RangeFile, claims: readonly Claim[]): readonly string[] {
  return [...new Set(claims.map(({ owner }) => owner))]
    .map((owner) => ({ owner, own: claims.filter((claim) => claim.owner === owner) }))
    .filter(({ own }) => own.length > 1)
    .map(({ owner, own }) => `${owner} has more than one range in /etc/${file}: ${own.map(describeClaim).join('; ')}`);
}

/** `claims` must be sorted by start. */
function overlapping(file: RangeFile, claims: readonly Claim[]): readonly string[] {
  const problems: string[] = [];
  let last: Claim | undefined;
  for (const claim of claims) {
    if (last && last.owner !== claim.owner && claim.start < last.start + last.count) {
      problems.push(
        `${last.owner} (${describeClaim(last)}) and ${claim.owner} (${describeClaim(claim)}) share ids in /etc/${file}`,
      );
    }
    if (!last || claim.start + claim.count > last.start + last.count) last = claim;
  }
  return problems;
}
