import path from 'node:path';
import { NAME } from './semester-file.ts';
import type { Stage } from './stage.ts';
import { bold } from './ui.ts';

/** Prints commands to explore, then keeps everything running until Ctrl-C or `lab down`. */
export async function keepRunning({ lab, temporal, clientEnv, worker, workerLog }: Stage): Promise<never> {
  const exports = Object.entries(clientEnv).map(([name, value]) => `${name}=${value}`);
  const rows = [
    ['the Temporal UI', String(temporal.uiUrl)],
    ['environment of the commands below', `export ${exports.join(' ')}`],
    ['status of the semester', `npx --no -- semester status ${NAME}`],
    ['accounts on the GPUs', 'npx --no -- semester gpus'],
    ['shell on a host', `npm run lab -- ssh --name ${lab.name} asahi`],
    ['all mails', path.join(lab.dir, 'services', 'mail')],
    ['the worker', `process ${worker.pid}; its log: ${workerLog}`],
    ['a new worker, after you kill that one', `set -a; . ${lab.dir}/env; set +a; npm run worker`],
    ['stop everything', `Ctrl-C here, or npm run lab -- down --name ${lab.name}`],
  ];
  console.log(
    `\nEverything keeps running:\n${rows.map(([what, how]) => `  ${bold(String(what))}\n    ${how}`).join('\n')}\n`,
  );
  return new Promise<never>(() => {});
}
