// Runs before packages are installed: plain JavaScript that imports only Node's modules.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const top = fileURLToPath(new URL('../..', import.meta.url));

/** The packages of a lock file, by folder; null if the file does not exist. */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(path.join(top, file), 'utf8')).packages;
  } catch {
    return null;
  }
}

/** Whether node_modules matches package-lock.json, by the list of installed packages that npm writes. */
function isInstalled() {
  const wanted = packagesOf('package-lock.json');
  const there = packagesOf('node_modules/.package-lock.json');
  if (!wanted || !there) return false;
  return Object.entries(wanted).every(
    ([folder, { version, optional, devOptional, link }]) =>
      // Optional packages belong to other platforms.
      folder === '' || link || optional || devOptional || there[folder]?.version === version,
  );
}

/** Whether the package `node` has brought its program: with `ignore-scripts` it has not. */
function hasNode() {
  const { status, stdout } = spawnSync(path.join(top, 'node_modules/.bin/node'), ['--version'], { encoding: 'utf8' });
  return status === 0 && Number(/^v(\d+)/.exec(stdout)?.[1]) >= 22;
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 20)) {
  console.error(
    `Node ${process.versions.node} is too old to start the set-up: install Node 20.20 or newer, then run this again.`,
  );
  process.exit(1);
}
if (!isInstalled() || !hasNode()) {
  console.log('Installing the packages of package-lock.json; the first time takes about a minute …');
  // Not `npm ci`: it fails if a registry lacks optional packages of other platforms.
  const npm = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: top,
    stdio: 'inherit',
  });
  if (npm.status !== 0 || !isInstalled()) {
    console.error(
      'npm could not install the packages of package-lock.json. Check the network and the registry (npm config get registry), then run this again.',
    );
    process.exit(1);
  }
  if (!hasNode()) {
    console.error(
      'The package node has not brought Node 24: npm did not run its install script. Allow it (npm config set ignore-scripts false, npm rebuild node), then run this again.',
    );
    process.exit(1);
  }
}
