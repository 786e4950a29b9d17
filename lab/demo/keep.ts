import path from 'node:path';
import { NAME } from './semester-file.ts';
import type { Stage } from './stage.ts';
import { bold } from './ui.ts';

/** Says how to look around, then leaves everything up: only Ctrl-C, or `lab down`, ends it. */
export async function keepUp({ lab, temporal, clientEnv, worker, workerLog }: Stage): Promise<never> {
  const exports = Object.entries(clientEnv).map(([name, value]) => `${name}=${value}`);
  const rows = [
    ['the Temporal UI', String(temporal.uiUrl)],
    ['for the commands below', `export ${exports.join(' ')}`],
    ['where things stand', `npx semester status ${NAME}`],
    ['who uses the GPUs', 'npx semester gpus'],
    ['on a host', `npm run lab -- ssh --name ${lab.name} asahi`],
    ['every mail', path.join(lab.dir, 'services', 'mail')],
    ['the worker', `process ${worker.pid}; its log: ${workerLog}`],
    ['another worker, once that one is killed', `set -a; . ${lab.dir}/env; set +a; npm run worker`],
    ['end all of it', `Ctrl-C here, or npm run lab -- down --name ${lab.name}`],
  ];
  console.log(
    `\nEverything stays up:\n${rows.map(([what, how]) => `  ${bold(String(what))}\n    ${how}`).join('\n')}\n`,
  );
  return new Promise<never>(() => {});
}
