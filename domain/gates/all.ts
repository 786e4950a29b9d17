// Written by `npm run schema` from the files of this folder.
export { applicationsGate } from './applications.ts';
export { excludeGate } from './exclude.ts';
export { formGate } from './form.ts';
export { leaderWorkGate } from './leader-work.ts';
export { noticeGate } from './notice.ts';
export { pruneGate } from './prune.ts';
export { publishGate } from './publish.ts';
export { reinstallGate } from './reinstall.ts';
export { removalGate } from './removal.ts';
export { restoreDockerGate } from './restore-docker.ts';
export { restoreGate } from './restore.ts';
export { rollbackGate } from './rollback.ts';
export { rolloutGate } from './rollout.ts';
export { wipeGate } from './wipe.ts';
