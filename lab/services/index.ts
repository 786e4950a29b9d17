import { mkdir } from 'node:fs/promises';
import type { LabPerson } from '../people.ts';
import { createGit } from './git.ts';
import { startHomepage } from './homepage.ts';
import { startIdServer } from './id-server/server.ts';
import { startSmtp } from './smtp.ts';
import { createSurvey } from './survey.ts';
import type { LabServices } from './types.ts';

export { SURVEY_COLUMNS, SURVEY_YES } from './survey.ts';
export type * from './types.ts';

/**
 * Starts the ID server, mail server, homepage and survey. Only they use `dir`; other accounts must be able to enter
 * every folder above it, because PostgreSQL does not run as root. `address` is this lab's loopback address. Every
 * process ends with this one, even if it is killed.
 */
export async function startServices(a: {
  dir: string;
  people: readonly LabPerson[];
  address: string;
}): Promise<LabServices> {
  await mkdir(a.dir, { recursive: true, mode: 0o711 });
  const [idServer, smtp, { git, homepage }, survey] = await Promise.all([
    startIdServer(a),
    startSmtp(a),
    createGit(a.dir).then(async (made) => ({ git: made, homepage: await startHomepage({ ...a, bare: made.bare }) })),
    createSurvey(a.dir),
  ]);
  return {
    idServer,
    smtp,
    git,
    homepage,
    survey,
    async stop() {
      await Promise.all([idServer.end(), smtp.end(), homepage.end()]);
    },
  };
}
