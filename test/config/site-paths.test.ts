import { expect, test } from 'vitest';
import { changedExample, SITE_EXAMPLE, siteIssues, siteRejects, type Case } from './files.ts';

const PATHS: readonly Case[] = [
  [
    'a relative path',
    ['home: /csehome', 'home: csehome'],
    'layout.home',
    'home: csehome',
    'found "csehome", expected an absolute path without ..',
  ],
  [
    'a path with ..',
    ['docker: /local/.docker', 'docker: /local/../etc'],
    'layout.docker',
    '/local/..',
    'expected an absolute path without ..',
  ],
  [
    'a local path with ..',
    ['knownHosts: known_hosts', 'knownHosts: ../known_hosts'],
    'ssh.knownHosts',
    'knownHosts:',
    'expected a path without ..',
  ],
  [
    'a system folder to wipe',
    ['docker: /local/.docker', 'docker: /var'],
    'layout.docker',
    'docker: /var',
    'a dedicated folder: everything in it is wiped',
  ],
  [
    'the root to wipe',
    ['docker: /local/.docker', 'docker: /'],
    'layout.docker',
    'docker: /',
    'found "/", expected an absolute path',
  ],
  [
    'Docker data in the homes',
    ['docker: /local/.docker', 'docker: /csehome/docker'],
    'layout.docker',
    '/csehome/docker',
    'a folder that does not overlap /csehome',
  ],
  [
    'a folder to wipe as well that is elsewhere',
    ['layout:', 'layout:\n  alsoWipe: [/var/lib]'],
    'layout.alsoWipe[0]',
    '/var/lib',
    'expected a folder beside /local/.docker',
  ],
  [
    'the top level in what is wiped',
    ['layout:', 'layout:\n  toplevel: /csehome/top'],
    'layout.toplevel',
    '/csehome/top',
    'a folder that does not overlap /csehome',
  ],
  [
    'images that a wipe deletes',
    ['images: /csehome/bacchus/images', 'images: /csehome/images'],
    'layout.images',
    '/csehome/images',
    'below /csehome/NAME of a protected NAME, such as /csehome/bacchus/images; a wipe would',
  ],
  [
    'backups in the homes',
    ['layout:', 'layout:\n  backups: csehome/old'],
    'layout.backups',
    'csehome/old',
    'a folder outside the root and the homes',
  ],
  [
    'jobs with a leading slash',
    ['layout:', 'layout:\n  jobs: /semester'],
    'layout.jobs',
    'jobs: /semester',
    'without a leading /',
  ],
];

siteRejects(PATHS);

const DOCKER = 'docker: /local/.docker';

/** Folders that no wipe may be given, and what is said about them. */
const NEVER: readonly (readonly [docker: string, said: string])[] = [
  ...[
    '/etc',
    '/var/lib/docker',
    '/boot',
    '/usr/local/docker',
    '/opt/scratch',
    '/root/docker',
    '/proc',
    '/run/user',
    '/tmp',
  ].map(
    (path) =>
      [path, `a dedicated folder: everything in it is wiped, and /${path.split('/')[1]} is the system's`] as const,
  ),
  ['/srv', 'a dedicated folder below one such as /local: everything in it is wiped'],
  ['/local', 'a dedicated folder below one such as /local: everything in it is wiped'],
  ['/home', 'a dedicated folder below one such as /local: everything in it is wiped'],
  ['/csehome/bacchus', 'a folder that does not overlap /csehome'],
  ['/scratch/docker/', 'a path without a / at its end, such as /scratch/docker'],
  ['/scratch//docker', 'a path without //, such as /scratch/docker'],
  ['/scratch/./docker', 'an absolute path without ..'],
  ['~/docker', 'a path that is written out: ~ is not expanded'],
  ['~bacchus/docker', 'a path that is written out: ~ is not expanded'],
  ['$HOME/docker', 'a path that is written out: variables are not expanded'],
  ['"/scratch/a\\nb"', 'a path in one line'],
];

test.each(NEVER)('%s is never wiped', async (folder, said) => {
  const text = await changedExample(SITE_EXAMPLE, [DOCKER, `docker: ${folder}`]);
  expect(await siteIssues(text)).toMatchObject([{ key: 'layout.docker', expected: expect.stringContaining(said) }]);
});

/** Changes of `layout`, the one key that is wrong, and what is said. */
const LAYOUTS: readonly (readonly [change: readonly [string, string], key: string, said: string])[] = [
  [[DOCKER, `${DOCKER}\n  alsoWipe: [/local]`], 'layout.alsoWipe[0]', 'a folder beside /local/.docker'],
  [[DOCKER, `${DOCKER}\n  alsoWipe: [/local/.docker]`], 'layout.alsoWipe[0]', 'does not overlap /local/.docker'],
  [[DOCKER, `${DOCKER}\n  alsoWipe: [/local/a, /local/a]`], 'layout.alsoWipe[1]', 'does not overlap /local/a'],
  [[DOCKER, `${DOCKER}\n  esp: /local/.docker/esp`], 'layout.docker', 'does not overlap /local/.docker/esp'],
  [[DOCKER, 'docker: /root/btrfs-toplevel/docker'], 'layout.docker', "/root is the system's"],
  [[DOCKER, `${DOCKER}\n  toplevel: /local/.docker`], 'layout.toplevel', 'does not overlap /local/.docker'],
  [[DOCKER, `${DOCKER}\n  homeSubvolume: root`], 'layout.homeSubvolume', 'a subvolume of the homes alone'],
  [[DOCKER, `${DOCKER}\n  homeSubvolume: backups`], 'layout.backups', 'a folder outside the root and the homes'],
  [
    [DOCKER, `${DOCKER}\n  snapshots: old-root/snapshots`],
    'layout.snapshots',
    'a folder outside the root and the homes',
  ],
  [[DOCKER, `${DOCKER}\n  alsoWipe: ["/local/*"]`], 'layout.alsoWipe[0]', 'one folder: patterns are not expanded'],
  [[DOCKER, `${DOCKER}\n  alsoWipe: ["/local/scratch-?"]`], 'layout.alsoWipe[0]', 'patterns are not expanded'],
  [[DOCKER, `${DOCKER}\n  alsoWipe: ["/local/{a,b}"]`], 'layout.alsoWipe[0]', 'patterns are not expanded'],
  ...[
    '/',
    '/tmp',
    '/tmp/',
    '/etc',
    '/var',
    '/var/lib',
    '/dev/shm',
    '/dev/shm/semester',
    '/run/semester',
    '/var/run/semester',
    '/proc',
    '/sys/x',
    '/root',
    '/home',
  ].map(
    (folder) =>
      [
        ['stateDir: /var/lib/gpu-semester', `stateDir: ${folder}`],
        'stateDir',
        'a folder of its own on a disk',
      ] as const,
  ),
  [['stateDir: /var/lib/gpu-semester', 'stateDir: ~/state'], 'stateDir', '~ is not expanded'],
  [['knownHosts: known_hosts', 'knownHosts: $HOME/known_hosts'], 'ssh.knownHosts', 'variables are not expanded'],
  [['knownHosts: known_hosts', 'knownHosts: file:///etc/known_hosts'], 'ssh.knownHosts', 'a path, not an address'],
];

test.each(LAYOUTS)('%j is refused', async (change, key, said) => {
  const issues = await siteIssues(await changedExample(SITE_EXAMPLE, change));
  expect(issues).toMatchObject([{ key, expected: expect.stringContaining(said) }]);
});

test.each([
  [DOCKER, 'docker: /scratch/docker'],
  [DOCKER, 'docker: /mnt/scratch/docker\n  alsoWipe: [/mnt/scratch/tmp]'],
  [DOCKER, `${DOCKER}\n  homeSubvolume: homes\n  backups: backups`],
  ['home: /csehome\n  images: /csehome/bacchus/images', 'home: /home\n  images: /home/bacchus/images'],
  ['home: /csehome\n  images: /csehome/bacchus/images', 'home: /srv/home\n  images: /srv/home/bacchus/images'],
])('%s may be %s', async (from, to) => {
  expect(await siteIssues(await changedExample(SITE_EXAMPLE, [from, to]))).toEqual([]);
});
