import { chmod, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { exposedFile, readSecret } from '../../config/read-secret.ts';
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

test.each([
  [0o600, 0o755, null],
  [0o640, 0o755, null],
  [0o660, 0o755, null],
  [0o400, 0o777, null],
  [0o644, 0o700, null],
  [0o644, 0o750, null],
  [0o644, 0o755, 'named'],
  [0o444, 0o711, 'named'],
  [0o604, 0o755, 'named'],
  [0o666, 0o777, 'named'],
])('a file of mode %o in a folder of mode %o: every account can read it: %s', async (mode, folderMode, expected) => {
  const { folder, file } = await fileOf('semester-smtp-password', 'x');
  await chmod(file, mode);
  await chmod(folder, folderMode);
  const named = expected === null ? null : file;
  expect(await exposedFile(NAME, { [`${NAME}_FILE`]: file })).toBe(named);
  expect(await exposedFile(NAME, { CREDENTIALS_DIRECTORY: folder })).toBe(named);
});

test('the folders that a link leads to decide', async () => {
  const open = await fileOf('key', 'x');
  await chmod(open.folder, 0o755);
  await chmod(open.file, 0o644);
  const closed = await fileOf('key', 'x');
  await chmod(closed.file, 0o644);
  const [toOpen, toClosed] = [path.join(closed.folder, 'link'), path.join(open.folder, 'link')];
  await symlink(open.file, toOpen);
  await symlink(closed.file, toClosed);
  expect(await exposedFile(NAME, { [`${NAME}_FILE`]: toOpen })).toBe(toOpen);
  expect(await exposedFile(NAME, { [`${NAME}_FILE`]: toClosed })).toBeNull();
});

test('only a file that is used is named', async () => {
  const { folder, file } = await fileOf('semester-smtp-password', 'x');
  await chmod(folder, 0o755);
  await chmod(file, 0o644);
  expect(await exposedFile(NAME, { [`${NAME}_FILE`]: file, [NAME]: 'from environment' })).toBeNull();
  expect(await exposedFile(NAME, { [`${NAME}_FILE`]: path.join(folder, 'no') })).toBeNull();
  expect(await exposedFile(NAME, { [`${NAME}_FILE`]: '/run/secrets/semester_smtp_password' })).toBeNull();
  expect(await exposedFile(NAME, {})).toBeNull();
});
