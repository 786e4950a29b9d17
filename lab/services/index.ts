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
 * Starts everything that is no host: ID server, mail server, homepage, survey. `dir` is theirs alone; every folder above
 * it must be one that other accounts can enter, as PostgreSQL does not run as root. `address` is a loopback address of
 * this lab's own. Every process dies with this one, however it ends.
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
