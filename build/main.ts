import { build } from './build.ts';

/** `npm run build`; npm also calls it after `npm install` and before `npm pack`. */
await build();
