import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { Answer, Word } from './hold.ts';
import { LABS } from './keeper.ts';

/**
 * Starts a lab in a process of its own, which outlives this one; resolves when the lab stands.
 * @throws Error with the reason when it does not come up.
 */
export async function startDetached(word: Word, shown: { output: string }): Promise<void> {
  await mkdir(LABS, { recursive: true, mode: 0o711 });
  const log = await open(path.join(LABS, `${word.name}.log`), 'w');
  const main = path.join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, [...process.execArgv, main, 'hold', JSON.stringify(word)], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  await log.close();
  await new Promise<void>((resolve, reject) => {
    child.on('message', (answer: Answer) => {
      if ('progress' in answer) shown.output = answer.progress;
      else if ('ready' in answer) resolve();
      else reject(new Error(answer.failed));
    });
    child.on('exit', (code) => reject(new Error(`the lab's process ended with ${code}; see ${LABS}/${word.name}.log`)));
  });
  child.disconnect();
  child.unref();
}
