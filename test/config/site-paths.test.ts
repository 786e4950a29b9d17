import { siteRejects, type Case } from './files.ts';

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
