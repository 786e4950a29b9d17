import { existsSync } from 'node:fs';
import path from 'node:path';
import { isFresh } from './build-record.ts';

/** Says in a checkout that the sources have changed since the build. It runs all the same: a build is whole, and one may be running. */
const dist = path.join(import.meta.dirname, '..');
// An installed package and an image have no sources.
if (existsSync(path.join(dist, '..', 'tsconfig.build.json')) && !isFresh(dist)) {
  console.error(`The build in ${dist} is older than its sources. Make it anew: npm run build`);
}
