import { many } from '../domain/many.ts';
import { isIP } from 'node:net';
import { posix } from 'node:path';
import { PLAN_GATES } from '../domain/gates/index.ts';
import type { Site } from '../domain/site.ts';
import type { Path } from './document.ts';
import type { Draft } from './draft.ts';
import type { Violation } from './issues.ts';
import { reopenViolations } from './reopen-rules.ts';

type SiteDraft = Draft<Site>;

/** The account that starts the semester: a name; null for any one of the approvers; undefined if none is started. */
export type Starter = string | null | undefined;

/** Contradictions between keys of site.yaml that are each valid alone. */
export function siteViolations(site: SiteDraft, starter: Starter): readonly Violation[] {
  return [
    ...hostViolations(site),
    ...serviceViolations(site),
    ...peopleViolations(site),
    ...quorumViolations(site, starter),
    ...layoutViolations(site),
    ...reopenViolations(site),
  ];
}

/** A violation for each value that occurred before; letter case is ignored. */
export function repeated(
  entries: readonly (readonly [path: Path, value: string | undefined])[],
  expected: string,
): readonly Violation[] {
  const first = new Map<string, Path>();
  return entries.flatMap(([path, value]) => {
    const folded = value?.toLowerCase();
    const see = folded === undefined ? undefined : first.get(folded);
    if (see !== undefined) return [{ path, expected, see }];
    if (folded !== undefined) first.set(folded, path);
    return [];
  });
}

const place = (host: { address?: string; port?: number } | undefined) =>
  host?.address === undefined ? undefined : `${host.address}:${host.port ?? ''}`;

function hostViolations({ storage, hosts = [], replica, update }: SiteDraft): readonly Violation[] {
  const leader = update?.leader;
  return [
    ...repeated(
      [
        [['storage', 'name'], storage?.name],
        ...hosts.map((host, index) => [['hosts', index, 'name'], host?.name] as const),
        [['replica', 'name'], replica?.name],
      ],
      'a name not used before',
    ),
    ...repeated(
      [
        [['storage', 'address'], place(storage)],
        ...hosts.map((host, index) => [['hosts', index, 'address'], place(host)] as const),
        [['replica', 'address'], place(replica)],
      ],
      'an address and port not used before',
    ),
    ...(leader !== undefined && hosts.length > 0 && !hosts.some((host) => host?.name === leader)
      ? [{ path: ['update', 'leader'], expected: `one of hosts: ${hosts.map((host) => host?.name).join(', ')}` }]
      : []),
  ];
}

function serviceViolations({ service, storage, hosts = [] }: SiteDraft): readonly Violation[] {
  const fleet = new Set([storage, ...hosts].flatMap((host) => [host?.name, host?.address?.toLowerCase()]));
  const isFleet = (name = '') => fleet.has(name) || (isIP(name) === 0 && fleet.has(name.split('.')[0] ?? ''));
  return (['workerHost', 'temporalHost'] as const)
    .filter((key) => isFleet(service?.[key]?.toLowerCase()))
    .map((key) => ({
      path: ['service', key],
      expected: 'a machine outside the fleet',
      remedy: 'the semester reboots and wipes the fleet; run the service elsewhere',
    }));
}

function peopleViolations(site: SiteDraft): readonly Violation[] {
  const { approvers = [], keep = [], ssh } = site;
  // A home of root, where there is one, is the system's; the service works with its own account's keys and images.
  const guarded = [...new Set(['root', ...(ssh?.user === undefined ? [] : [ssh.user])])];
  const missing = guarded.filter((name) => site.protected !== undefined && !site.protected.includes(name));
  return [
    ...repeated(
      approvers.map((approver, index) => [['approvers', index, 'name'], approver?.name]),
      'an approver not named before',
    ),
    ...repeated(
      approvers.map((approver, index) => [['approvers', index, 'email'], approver?.email]),
      'an address not used before',
    ),
    ...repeated(
      keep.map((kept, index) => [['keep', index, 'user'], kept?.user]),
      'an account not listed before',
    ),
    ...(missing.length > 0 ? [{ path: ['protected'], expected: `a list with ${missing.join(' and ')}` }] : []),
  ];
}

function quorumViolations({ approvers, quorum }: SiteDraft, starter: Starter): readonly Violation[] {
  if (approvers === undefined || approvers.length === 0) return [];
  const isApprover = starter === null || approvers.some((approver) => approver?.name === starter);
  return PLAN_GATES.flatMap(({ name: gate }) => {
    const needed = quorum?.[gate] ?? 1;
    // The starter may pass a gate with a quorum of one. A larger quorum counts other approvers only.
    const able = approvers.length - (isApprover && starter !== undefined && needed > 1 ? 1 : 0);
    if (needed <= able) return [];
    const without = able < approvers.length ? ' without the approver who starts the semester' : '';
    const expected = `at most ${able}: there ${approvers.length === 1 ? 'is' : 'are'} ${many(approvers.length, 'approver')}${without && `, ${able}${without}`}`;
    return [{ path: ['quorum', gate], expected, remedy: 'name more approvers, or lower the quorum' }];
  });
}

/** Folders whose loss breaks the system. */
const SYSTEM = ['bin', 'boot', 'dev', 'etc', 'lib', 'lib64', 'opt', 'proc', 'root', 'run', 'sbin', 'srv', 'sys', 'usr'];
const SYSTEM_PATHS = new Set([...SYSTEM, 'tmp', 'var', 'var/lib'].map((name) => `/${name}`));

const isBelow = (path: string, holder: string) => path === holder || path.startsWith(`${holder}/`);

function layoutViolations(site: SiteDraft): readonly Violation[] {
  const { layout } = site;
  if (layout === undefined) return [];
  const { home, docker, toplevel, images } = layout;
  const wiped = (['home', 'docker'] as const).filter((key) => SYSTEM_PATHS.has(layout[key] ?? ''));
  const overlap = [
    ['docker', docker, home],
    ['toplevel', toplevel, home],
    ['toplevel', toplevel, docker],
  ] as const;
  const names = site.protected ?? [];
  const safe = home === undefined || names.some((name) => images?.startsWith(`${home}/${name ?? ''}/`));
  const inner = (['backups', 'snapshots', 'jobs'] as const).filter((key) =>
    ['root', 'old-root', layout.homeSubvolume].some((name) => isBelow(layout[key] ?? '', name ?? 'root')),
  );
  return [
    ...wiped.map((key) => ({ path: ['layout', key], expected: 'a dedicated folder: everything in it is wiped' })),
    ...overlap.flatMap(([key, one, other]) =>
      one !== undefined && other !== undefined && (isBelow(one, other) || isBelow(other, one))
        ? [{ path: ['layout', key], expected: `a folder that does not overlap ${other}` }]
        : [],
    ),
    ...(images !== undefined && !safe
      ? [
          {
            path: ['layout', 'images'],
            expected: `a folder below ${home}/NAME of a protected NAME, such as ${home}/${names[0] ?? 'NAME'}/images`,
            remedy: 'a wipe would delete any other folder',
          },
        ]
      : []),
    ...(layout.alsoWipe ?? []).flatMap((path, index) =>
      docker !== undefined && (path === docker || posix.dirname(path ?? '') !== posix.dirname(docker))
        ? [{ path: ['layout', 'alsoWipe', index], expected: `a folder beside ${docker}` }]
        : [],
    ),
    ...inner.map((key) => ({ path: ['layout', key], expected: 'a folder outside the root and the homes' })),
  ];
}
