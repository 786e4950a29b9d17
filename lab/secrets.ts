import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { newKey } from '../codec/keys.ts';
import type { LabServices } from './services/index.ts';

/** The product's secrets, by environment variable. */
export type LabSecrets = Readonly<Record<string, string>>;

/**
 * Collects the lab's secrets. Writes each to a file below `dir/secrets`, and `dir/env`, which names these files:
 * `set -a; . DIR/env` sets the environment for the worker and the command line.
 */
export async function writeSecrets(dir: string, images: string, services: LabServices): Promise<LabSecrets> {
  const secrets = {
    SEMESTER_SSH_KEY: await readFile(path.join(images, 'key'), 'utf8'),
    SEMESTER_SSH_PASSWORD: await readFile(path.join(images, 'password'), 'utf8'),
    SEMESTER_ID_PASSWORD: services.idServer.password,
    SEMESTER_ID_DATABASE_URL: services.idServer.databaseUrl,
    SEMESTER_PAYLOAD_KEYS: newKey(new Date()),
  };
  const folder = path.join(dir, 'secrets');
  await mkdir(folder, { mode: 0o700 });
  const lines = await Promise.all(
    Object.entries(secrets).map(async ([name, value]) => {
      await writeFile(path.join(folder, name), value, { mode: 0o600 });
      return `${name}_FILE=${path.join(folder, name)}\n`;
    }),
  );
  await writeFile(path.join(dir, 'env'), `${lines.join('')}SEMESTER_STORE=embedded\n`);
  return secrets;
}
