// Runs before there are any packages: plain JavaScript, nothing imported but Node's own.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const top = fileURLToPath(new URL('../..', import.meta.url));

/** The packages that a lock file names, by their folder; null where there is no such file. */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(path.join(top, file), 'utf8')).packages;
  } catch {
    return null;
  }
}

/** Whether node_modules holds what package-lock.json asks for; npm keeps a list of what it installed. */
function isInstalled() {
  const wanted = packagesOf('package-lock.json');
  const there = packagesOf('node_modules/.package-lock.json');
  if (!wanted || !there) return false;
  return Object.entries(wanted).every(
    ([folder, { version, optional, devOptional, link }]) =>
      // Optional packages are those of other platforms.
      folder === '' || link || optional || devOptional || there[folder]?.version === version,
  );
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 20)) {
  console.error(`Node ${process.versions.node} is too old: install Node 20.20 or newer, then run this again.`);
  process.exit(1);
}
if (!isInstalled()) {
  console.log('Installing the packages that package-lock.json names, a minute the first time …');
  // Not `npm ci`: it refuses wherever a registry does not carry the optional packages of every other platform.
  const npm = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: top,
    stdio: 'inherit',
  });
  if (npm.status !== 0 || !isInstalled()) {
    console.error(
      'npm did not install what package-lock.json names. Check the network and the registry (npm config get registry), then run this again.',
    );
    process.exit(1);
  }
}
