import { many } from '../domain/many.ts';
import { durationMs } from '../domain/moments.ts';
import { isIP } from 'node:net';
import { posix } from 'node:path';
import { PLAN_GATES } from '../domain/gates/index.ts';
import type { Site } from '../domain/site.ts';
import type { Path } from './document.ts';
import type { Draft } from './draft.ts';
import type { Violation } from './issues.ts';
import { reopenViolations } from './reopen-rules.ts';
import { repeated } from './repeated.ts';

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
      ? [{ path: ['update', 'leader'], expected: `one of hosts: ${namesOf(hosts)}` }]
      : []),
    ...updateViolations(hosts, update),
  ];
}

const namesOf = (hosts: readonly ({ name?: string } | undefined)[]) => hosts.map((host) => host?.name).join(', ');

/** A package manager of another system, where a command begins. */
const OTHER_MANAGER =
  /(^|[;&|(\n]|\b(?:sudo|env|then|do)\b)\s*(?:\w+=\S*\s+)*(?:\S*\/)?(apt|apt-get|aptitude|nala|dnf|yum|zypper|apk|emerge|xbps-install|nixos-rebuild)\s/;

/** Whether one command installs by pacman, which then asks questions. */
const isAskingPacman = (command: string): boolean =>
  /\bpacman\s(.*\s)?(-\w*S|--sync\b)/.test(command) && !/\s--noconfirm(["'\s]|$)/.test(command);

function updateViolations(hosts: SiteDraft['hosts'] = [], update: SiteDraft['update']): readonly Violation[] {
  const { canary, leader, waves = [], between, confirmWithin } = update ?? {};
  const followers = hosts.filter((host) => host?.name !== leader);
  const window = between?.window;
  const minutes = window?.from && window.until ? minutesOf(window.from, window.until) : null;
  const boot = confirmWithin === undefined ? 0 : durationMs(confirmWithin) / 60_000;
  const other = update?.mode === 'by-hand' ? null : OTHER_MANAGER.exec(update?.command ?? '')?.[2];
  const asks = update?.mode !== 'by-hand' && (update?.command ?? '').split(/&&|[|;\n]/).some(isAskingPacman);
  return [
    ...(asks
      ? [
          {
            path: ['update', 'command'],
            expected: 'a command with --noconfirm',
            remedy: 'nobody answers the questions of pacman: the update would end at the first one',
          },
        ]
      : []),
    ...(other
      ? [
          {
            path: ['update', 'command'],
            expected: `a command of pacman, not ${other}`,
            remedy: 'the service carries Arch Linux only: a semester would stop at its update, after the wipe',
          },
        ]
      : []),
    ...(typeof canary === 'string' && hosts.length > 0 && !followers.some((host) => host?.name === canary)
      ? [{ path: ['update', 'canary'], expected: `a host that is not the leader: ${namesOf(followers)}; or false` }]
      : []),
    ...waves.flatMap((wave, index) => {
      const earlier = waves.slice(0, index).findLast((one) => typeof one === 'string');
      if (typeof wave !== 'string' || earlier === undefined || parseInt(earlier, 10) < parseInt(wave, 10)) return [];
      return [{ path: ['update', 'waves', index], expected: `more than ${earlier}: a share counts the earlier waves` }];
    }),
    ...(minutes !== null && minutes < boot
      ? [
          {
            path: ['update', 'between', 'window'],
            expected: `a window in which a host can boot: at least update.confirmWithin (${confirmWithin})`,
            remedy: 'leave window out to allow every hour',
          },
        ]
      : []),
  ];
}

/** The length of a daily window; past midnight if `until` is not later than `from`. Equal times make no window. */
function minutesOf(from: string, until: string): number {
  const [start, end] = [from, until].map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) as [
    number,
    number,
  ];
  return (end - start + 1440) % 1440;
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

/** Folders of the system: they and what is below them. */
const SYSTEM = [
  'bin',
  'boot',
  'dev',
  'efi',
  'etc',
  'lib',
  'lib32',
  'lib64',
  'libx32',
  'lost+found',
  'nix',
  'opt',
  'proc',
];
const SYSTEM_TREES = [...SYSTEM, 'root', 'run', 'sbin', 'snap', 'sys', 'tmp', 'usr', 'var'].map((name) => `/${name}`);
/** Folders that hold those of several owners: the homes are below them. */
const SHARED = ['/local', '/media', '/mnt', '/srv'];

const isBelow = (path: string, holder: string) => path === holder || path.startsWith(`${holder}/`);
const overlaps = (one: string, other: string) => isBelow(one, other) || isBelow(other, one);

/** Folders that must not be wiped: parts of the system, what contains a protected tree, what overlaps another one. */
function wipeViolations({ layout = {}, exports }: SiteDraft): readonly Violation[] {
  const { home, docker, alsoWipe = [], toplevel, esp } = layout;
  const wiped: readonly (readonly [Path, string | undefined])[] = [
    [['layout', 'home'], home],
    [['layout', 'docker'], docker],
    ...alsoWipe.map((path, index) => [['layout', 'alsoWipe', index], path] as const),
  ];
  const folders = wiped.flatMap(([path, folder]) => (folder === undefined ? [] : [{ path, folder }]));
  const base = docker === undefined ? undefined : posix.dirname(docker);
  const kept = [esp, exports?.file].filter((one) => one !== undefined);
  const judge = (folder: string, path: Path, earlier: readonly string[]): string | null => {
    const isHome = path[1] === 'home';
    if (/[*?[\]{}]/.test(folder)) return 'one folder: patterns are not expanded';
    if (path[1] === 'alsoWipe' && base !== undefined && posix.dirname(folder) !== base)
      return `a folder beside ${docker}`;
    const tree = SYSTEM_TREES.find((one) => isBelow(folder, one));
    if (tree !== undefined) return `a dedicated folder: everything in it is wiped, and ${tree} is the system's`;
    if (isHome ? SHARED.includes(folder) : posix.dirname(folder) === '/') {
      return `a dedicated folder below one such as /local: everything in it is wiped`;
    }
    const other = [...kept, ...earlier].find((one) => overlaps(folder, one));
    return other === undefined ? null : `a folder that does not overlap ${other}`;
  };
  return folders.flatMap(({ path, folder }, index): readonly Violation[] => {
    const earlier = folders.slice(0, index).map((one) => one.folder);
    const expected = judge(folder, path, earlier);
    if (expected !== null) return [{ path, expected }];
    if (toplevel === undefined || !overlaps(folder, toplevel)) return [];
    return [{ path: ['layout', 'toplevel'], expected: `a folder that does not overlap ${folder}`, see: path }];
  });
}

function layoutViolations(site: SiteDraft): readonly Violation[] {
  const { layout } = site;
  if (layout === undefined) return [];
  const { home, images, homeSubvolume } = layout;
  const names = site.protected ?? [];
  const safe = home === undefined || names.some((name) => images?.startsWith(`${home}/${name ?? ''}/`));
  const inner = (['backups', 'snapshots', 'jobs'] as const).filter((key) =>
    ['root', 'old-root', homeSubvolume].some((name) => overlaps(layout[key] ?? '', name ?? 'root')),
  );
  return [
    ...wipeViolations(site),
    ...(['root', 'old-root'].some((name) => isBelow(homeSubvolume ?? '', name))
      ? [{ path: ['layout', 'homeSubvolume'], expected: 'a subvolume of the homes alone, outside the root' }]
      : []),
    ...(images !== undefined && !safe
      ? [
          {
            path: ['layout', 'images'],
            expected: `a folder below ${home}/NAME of a protected NAME, such as ${home}/${names[0] ?? 'NAME'}/images`,
            remedy: 'a wipe would delete any other folder',
          },
        ]
      : []),
    ...inner.map((key) => ({ path: ['layout', key], expected: 'a folder outside the root and the homes' })),
  ];
}
