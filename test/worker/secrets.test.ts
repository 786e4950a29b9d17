import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { readSecret } from '../../config/read-secret.ts';
import { loadSecrets } from '../../worker/secrets.ts';

const NAME = 'SEMESTER_SMTP_PASSWORD';

async function fileOf(name: string, text: string): Promise<{ folder: string; file: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'secrets-'));
  const file = path.join(folder, name);
  await writeFile(file, text);
  return { folder, file };
}

test('the environment precedes the named file, and that the credential', async () => {
  const named = await fileOf('any', 'from file\n');
  const credential = await fileOf('semester-smtp-password', 'from credential');
  const file = { [`${NAME}_FILE`]: named.file, CREDENTIALS_DIRECTORY: credential.folder };
  expect(await readSecret(NAME, { ...file, [NAME]: 'from environment' })).toBe('from environment');
  expect(await readSecret(NAME, file)).toBe('from file');
  expect(await readSecret(NAME, { CREDENTIALS_DIRECTORY: credential.folder })).toBe('from credential');
  expect(await readSecret(NAME, {})).toBeUndefined();
});

test('one final line break is dropped, those inside a key stay, and an empty file is no secret', async () => {
  const key = await fileOf('key', 'BEGIN\nabc\nEND\n');
  expect(await readSecret(NAME, { [`${NAME}_FILE`]: key.file })).toBe('BEGIN\nabc\nEND');
  const empty = await fileOf('empty', '\n');
  expect(await readSecret(NAME, { [`${NAME}_FILE`]: empty.file })).toBeUndefined();
});

test('a missing named file is an error, a missing credential is not', async () => {
  const { folder } = await fileOf('other', 'x');
  await expect(readSecret(NAME, { [`${NAME}_FILE`]: path.join(folder, 'no') })).rejects.toThrow(`${NAME}_FILE`);
  expect(await readSecret(NAME, { CREDENTIALS_DIRECTORY: folder })).toBeUndefined();
});

test('secrets appear in no log, JSON or error', async () => {
  const secrets = await loadSecrets({ SEMESTER_SSH_PASSWORD: 'hunter2', SEMESTER_ID_PASSWORD: 'hunter3' });
  expect(secrets.sshPassword).toBe('hunter2');
  expect(secrets.idPassword).toBe('hunter3');
  expect(JSON.stringify({ secrets }) + inspect({ secrets }, { depth: 5 })).not.toContain('hunter');
});
