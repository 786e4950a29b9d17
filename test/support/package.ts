import { mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { top } from '../documents.ts';

const NAME = '@gpu-semester/semester';

/** Packs the build as `npm pack` does; returns the file. The whole run of tests has made the build. */
export async function packInto(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const { stdout } = await execa('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: top,
  });
  return path.join(folder, stdout.trim());
}

/** The package in a folder, as npm installs it. */
export interface Installed {
  readonly folder: string;
  /** The programs by name, as absolute paths. */
  readonly programs: Readonly<Record<string, string>>;
}

/**
 * Installs a packed file as npm would, without a network: the package, and beside it what it depends on, but no development
 * package. Returns where it lies.
 */
export async function installPackage(file: string, folder: string): Promise<Installed> {
  const modules = path.join(folder, 'node_modules');
  const installed = path.join(modules, NAME);
  await mkdir(installed, { recursive: true });
  await execa('tar', ['xzf', file, '--strip-components=1', '-C', installed]);
  const lock = JSON.parse(await readFile(path.join(top, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean; optional?: boolean }>;
  };
  for (const [place, { dev, devOptional, optional }] of Object.entries(lock.packages)) {
    const name = place.replace(/^node_modules\//, '');
    if (place === '' || dev || devOptional || optional || name.includes('node_modules/')) continue;
    await mkdir(path.dirname(path.join(modules, name)), { recursive: true });
    await symlink(path.join(top, place), path.join(modules, name));
  }
  const { bin } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8')) as {
    bin: Readonly<Record<string, string>>;
  };
  const programs = Object.fromEntries(Object.entries(bin).map(([name, at]) => [name, path.join(installed, at)]));
  return { folder: installed, programs };
}
