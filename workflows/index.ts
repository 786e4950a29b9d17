export { applications } from './applications.ts';
export { exclude, include } from './exclude.ts';
export { fleetUpdate } from './fleet-update.ts';
export { host } from './host.ts';
export { hostUpdate } from './host-update.ts';
export { inspect } from './inspect.ts';
export { restore } from './restore.ts';
export { semester } from './semester.ts';
export { site } from './site.ts';
