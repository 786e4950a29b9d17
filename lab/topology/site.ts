import { chown, copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { execa } from 'execa';
import { parseDocument } from 'yaml';
import type { Lab } from '../lab.ts';

const top = path.join(import.meta.dirname, '..', '..');
/** Uid of the worker's image. */
const WORKER = 1000;

/**
 * Follows docs/running.md in `folder`: copies the compose file, runs `compose/make-secrets.sh` and
 * `compose/make-certs.sh`, fills in the secrets,
 * writes `./site` with site.yaml and its files. Returns further folders that the worker needs: the repository of the
 * lab's homepage.
 */
export async function makeCheckout(folder: string, lab: Lab): Promise<readonly string[]> {
  for (const part of ['docker-compose.yml', 'compose', 'Dockerfile']) {
    await cp(path.join(top, part), path.join(folder, part), { recursive: true });
  }
  await execa(path.join(folder, 'compose/make-secrets.sh'));
  await execa(path.join(folder, 'compose/make-certs.sh'));
  await execa(path.join(folder, 'compose/make-certs.sh'), ['alice']);
  for (const [name, value] of Object.entries(lab.secrets)) {
    // The script creates this key.
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
  // The file does not exist before `semester hosts trust`.
  document.setIn(['ssh', 'knownHosts'], '/state/known_hosts');
  document.set('language', 'en');
  // The choice of templates/survey.en.yaml.
  document.addIn(['survey', 'yes'], 'yes');
  const identity = await generateX25519Identity();
  await writeFile(path.join(folder, 'key.txt'), identity, { mode: 0o600 });
  document.set('backup', { recipients: [await identityToRecipient(identity)] });
  await writeFile(path.join(site, 'site.yaml'), document.toString());
  await execa('chown', ['-R', `${WORKER}:${WORKER}`, site]);
  const repository = fileURLToPath(String(document.getIn(['homepage', 'repository'])));
  await execa('chown', ['-R', `${WORKER}:${WORKER}`, repository]);
  await chown(path.join(folder, 'site'), WORKER, WORKER);
  return [repository];
}
