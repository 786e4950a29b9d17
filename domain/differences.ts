/** What a root contains besides packages, in display order. */
export const STATE_KINDS = ['account', 'password', 'group', 'unit', 'file'] as const;
export type StateKind = (typeof STATE_KINDS)[number];

/** The state of a host's root. Values are compared, not shown. */
export interface RootState {
  readonly entries: Readonly<Record<StateKind, ReadonlyMap<string, string>>>;
  /** Package name by path, for files below /etc. */
  readonly owners: ReadonlyMap<string, string>;
  /** Packaged files that a person has changed. */
  readonly modified: ReadonlySet<string>;
}

export const CHANGES = ['lost', 'replaced', 'brought'] as const;

/** A difference between hosts and the leader. */
export interface Difference {
  readonly kind: StateKind;
  readonly name: string;
  /** `lost`: only the host has it; `brought`: only the leader has it; `replaced`: both, with different values. */
  readonly change: (typeof CHANGES)[number];
  readonly hosts: readonly string[];
}

/**
 * What the leader's image removes from, changes on and adds to the hosts, without packages and per-host files.
 * `changed`: packages that change on a host. Their files are not listed again unless a person has changed them.
 */
export function differencesOf(
  leader: RootState,
  hosts: Readonly<Record<string, { readonly state: RootState; readonly changed: ReadonlySet<string> }>>,
): readonly Difference[] {
  const found = new Map<string, Difference & { hosts: string[] }>();
  for (const [host, { state, changed }] of Object.entries(hosts)) {
    for (const kind of STATE_KINDS) {
      for (const [name, change] of compare(leader.entries[kind], state.entries[kind])) {
        if (kind === 'file' && isOfPackage(name, [leader, state], changed)) continue;
        const key = `${kind} ${change} ${name}`;
        const entry = found.get(key) ?? { kind, name, change, hosts: [] };
        entry.hosts.push(host);
        found.set(key, entry);
      }
    }
  }
  const order = ({ change, kind, name }: Difference) => `${CHANGES.indexOf(change)}${STATE_KINDS.indexOf(kind)}${name}`;
  return [...found.values()].toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
}

function compare(
  leader: ReadonlyMap<string, string>,
  host: ReadonlyMap<string, string>,
): readonly (readonly [name: string, change: Difference['change']])[] {
  const names = new Set([...host.keys(), ...leader.keys()]);
  return [...names].flatMap((name) => {
    const [here, there] = [leader.get(name), host.get(name)];
    if (here === there) return [];
    return [[name, here === undefined ? 'lost' : there === undefined ? 'brought' : 'replaced'] as const];
  });
}

function isOfPackage(path: string, states: readonly RootState[], changed: ReadonlySet<string>): boolean {
  return (
    states.some(({ owners }) => changed.has(owners.get(path) ?? '')) &&
    states.every(({ modified }) => !modified.has(path))
  );
}
