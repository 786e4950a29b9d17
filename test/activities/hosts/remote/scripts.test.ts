import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';

const top = fileURLToPath(new URL('../../../..', import.meta.url));

test('a script is the one of the code that runs, also after the file has changed', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'semester-scripts-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const remote = path.join(folder, 'activities/hosts/remote');
  await mkdir(remote, { recursive: true });
  await symlink(path.join(top, 'node_modules'), path.join(folder, 'node_modules'));
  await cp(path.join(top, 'package.json'), path.join(folder, 'package.json'));
  await cp(path.join(top, 'activities/failures.ts'), path.join(folder, 'activities/failures.ts'));
  await cp(path.join(top, 'activities/hosts/remote/scripts.ts'), path.join(remote, 'scripts.ts'));
  await writeFile(path.join(remote, 'common.sh'), 'common');
  await writeFile(path.join(remote, 'one.sh'), 'old');
  const program = `
    import { writeFile } from 'node:fs/promises';
    import { scriptText } from ${JSON.stringify(path.join(remote, 'scripts.ts'))};
    await scriptText('common');
    await writeFile(${JSON.stringify(path.join(remote, 'one.sh'))}, 'new');
    process.stdout.write(await scriptText('one'));`;
  await writeFile(path.join(folder, 'program.ts'), program);
  const { stdout } = await execa(process.execPath, ['--import', 'tsx', path.join(folder, 'program.ts')], { cwd: top });
  expect(stdout).toBe('common\nold');
});
