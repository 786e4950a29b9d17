import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { HoldMessage, HoldRequest } from './hold.ts';
import { LABS } from './keeper.ts';

/**
 * Starts a lab in a separate process, which outlives this one; resolves when the lab is up.
 * @throws Error with the reason if the lab does not start.
 */
export async function startDetached(request: HoldRequest, shown: { output: string }): Promise<void> {
  await mkdir(LABS, { recursive: true, mode: 0o711 });
  const log = await open(path.join(LABS, `${request.name}.log`), 'w');
  const main = path.join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, [...process.execArgv, main, 'hold', JSON.stringify(request)], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  await log.close();
  await new Promise<void>((resolve, reject) => {
    child.on('message', (answer: HoldMessage) => {
      if ('progress' in answer) shown.output = answer.progress;
      else if ('ready' in answer) resolve();
      else reject(new Error(answer.failed));
    });
    child.on('exit', (code) =>
      reject(new Error(`the lab's process exited with ${code}; see ${LABS}/${request.name}.log`)),
    );
  });
  child.disconnect();
  child.unref();
}
