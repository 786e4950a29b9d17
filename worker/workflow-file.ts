import path from 'node:path';
import type { Site } from '../domain/site.ts';

/** The workflows as one script, which `npm run build` makes. Encryption decides whether errors of workflows are readable in it. */
export const workflowFile = (dist: string, encryption: Site['encryption']): string =>
  path.join(dist, `workflows-${encryption}.js`);
