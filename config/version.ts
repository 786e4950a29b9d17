import manifest from '../package.json' with { type: 'json' };

/** The version of this program. Workers report it to Temporal, which writes it into the history of each run that they work on. */
export const VERSION: string = manifest.version;
