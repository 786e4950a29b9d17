import { chown, copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { parseDocument } from 'yaml';
import type { Lab } from '../lab.ts';

const top = path.join(import.meta.dirname, '..', '..');
/** The account of the worker's image. */
const WORKER = 1000;

/**
 * Does in `folder` what docs/running.md tells: the compose file, `compose/make-secrets.sh` with the empty secrets filled
 * in, `./site` with site.yaml and the files that it names. Returns what else of this machine the worker must reach: the
 * lab's homepage is a repository in a folder.
 */
export async function makeCheckout(folder: string, lab: Lab): Promise<readonly string[]> {
  for (const part of ['docker-compose.yml', 'compose', 'Dockerfile']) {
    await cp(path.join(top, part), path.join(folder, part), { recursive: true });
  }
  await execa(path.join(folder, 'compose/make-secrets.sh'));
  for (const [name, value] of Object.entries(lab.secrets)) {
    // Its own key is made by the script.
    if (name === 'SEMESTER_PAYLOAD_KEYS') continue;
    await writeFile(path.join(folder, 'secrets', name.toLowerCase()), value);
  }
  const site = path.join(folder, 'site');
  await mkdir(site);
  await mkdir(path.join(site, 'ssh'));
  const document = parseDocument(await readFile(lab.siteFile, 'utf8'));
  for (const [file, ...keys] of [
    ['allowed_signers', 'approvals', 'allowedSigners'],
    ['survey.csv', 'survey', 'csv'],
  ] as const) {
    await copyFile(String(document.getIn(keys)), path.join(site, file));
    document.setIn(keys, file);
  }
  document.delete('templates');
  document.set('stateDir', '/state');
  // There is none before `semester hosts trust`.
  document.setIn(['ssh', 'knownHosts'], '/state/known_hosts');
  document.set('language', 'en');
  await writeFile(path.join(site, 'site.yaml'), document.toString());
  await execa('chown', ['-R', `${WORKER}:${WORKER}`, site]);
  const repository = fileURLToPath(String(document.getIn(['homepage', 'repository'])));
  await execa('chown', ['-R', `${WORKER}:${WORKER}`, repository]);
  await chown(path.join(folder, 'site'), WORKER, WORKER);
  return [repository];
}
