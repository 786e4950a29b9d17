import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rawText } from '../../../../activities/hosts/remote/scripts.ts';

/** Files that pass from one root into another, and files that never do: `scripts/private.sh` against plain folders. */
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'private-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function run(command: string, ...args: readonly string[]) {
  const parts = await Promise.all(['common', 'roots', 'private'].map(rawText));
  const { stdout, stderr, exitCode } = await execa('bash', ['-c', `${parts.join('\n')}\n${command}`, 'test', ...args], {
    reject: false,
    cwd: dir,
  });
  return { lines: stdout.split(/[\0\n]/).filter((line) => line !== ''), stderr, exitCode };
}
async function files(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(path.join(dir, path.dirname(name)), { recursive: true });
    await writeFile(path.join(dir, name), name);
  }
}
const paths = (...globs: readonly string[]) => run('private_paths "$@"', path.join(dir, 'root'), ...globs);

test('globs name files below the root, with any names, and execute nothing', async () => {
  await files(
    'root/etc/ssh/ssh_host_a',
    'root/etc/ssh/ssh_host_b',
    'root/etc/two words/x',
    'root/etc/$(touch ran)',
    'root/etc/.hidden',
    'out',
  );
  expect(
    (await paths('etc/ssh/ssh_host_*', 'etc/two words', 'etc/$(touch ran)', 'etc/`touch ran`', 'etc/none*')).lines,
  ).toEqual(['etc/ssh/ssh_host_a', 'etc/ssh/ssh_host_b', 'etc/two words', 'etc/$(touch ran)']);
  // In an older bash, .* matches .. as well.
  expect((await paths('etc/.*', '.*/out', '.*')).lines).toEqual(['etc/.hidden']);
  expect((await run('ls')).lines).not.toContain('ran');
});

test('a symbolic link is copied as a link, and a link that leads out of the root is refused', async () => {
  await files('root/etc/hostname', 'out/precious');
  await symlink('../../out', path.join(dir, 'root/etc/away'));
  await symlink('etc', path.join(dir, 'root/within'));
  expect((await paths('etc/away', 'within/hostname')).lines).toEqual(['etc/away', 'within/hostname']);
  const { exitCode, stderr, lines } = await paths('etc/away/*');
  expect({ exitCode, lines }).toEqual({ exitCode: 1, lines: [] });
  expect(stderr).toMatch(/etc\/away\/precious leads out of .*update\.perHost/);
});

async function merge(own: string, fleet: string) {
  await writeFile(path.join(dir, 'subuid'), own);
  await writeFile(path.join(dir, 'fleet.subuid'), fleet);
  return await run('merge_ranges subuid fleet.subuid');
}

test('ranges: existing lines stay, by name or uid; an account without one gets the fleet’s', async () => {
  const own = 'kim:100000:65536\n0:300000:65536\n';
  const fleet = 'root:300000:65536\nkim:100000:65536\nnobody-here:165536:65536\n';
  expect((await merge(own, fleet)).lines).toEqual([...own.trim().split('\n'), 'nobody-here:165536:65536']);
  expect((await merge('', fleet)).lines).toEqual(fleet.trim().split('\n'));
});

test("ranges: another range of the same user, and a range inside another user's, are refused by name", async () => {
  const other = await merge('kim:100000:65536\n', 'kim:165536:65536\n');
  expect(other).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/kim has 100000:65536 in subuid here, but 165536:65536 in the fleet/),
  });
  const within = await merge('kim:100000:65536\n', 'lee:165535:65536\n');
  expect(within).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/range of lee \(165535:65536\) overlaps that of kim/),
  });
});
