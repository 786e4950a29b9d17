import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROGRAMS } from '../build/build.ts';
import { top } from './documents.ts';
import { writeExampleAhead } from '../lab/example-semester.ts';
import { SITE_EXAMPLE } from './config/files.ts';
import { installPackage, packInto, type Installed } from './support/package.ts';

/** The package as `npm pack` makes it from the build, installed in a folder without sources. */
let folder: string;
let installed: Installed;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'semester-package-'));
  file = await packInto(path.join(folder, 'one'));
  installed = await installPackage(file, folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = async (program: string, ...args: string[]) =>
  execa(process.execPath, [installed.programs[program] ?? 'no such program', ...args], {
    cwd: folder,
    reject: false,
    stdin: 'ignore',
  });

test('two packs are the same file, and hold the program only', async () => {
  const digest = async (one: string) =>
    createHash('sha256')
      .update(await readFile(one))
      .digest('hex');
  expect(await digest(await packInto(path.join(folder, 'two')))).toBe(await digest(file));
  const { stdout } = await execa('tar', ['tzf', file]);
  const names = stdout.split('\n').map((name) => name.replace('package/', ''));
  expect(names).toEqual(
    expect.arrayContaining(['LICENSE', 'README.md', 'dist/client/semester.js', 'dist/workflows-required.js']),
  );
  const strange = names.filter(
    (name) =>
      !/^(LICENSE|README\.(ko\.)?md|package\.json|dist\/.*\.(js|map|cjs|json|sh|md|html|yaml|liquid))$/.test(name),
  );
  expect(strange).toEqual([]);
  expect(names.filter((name) => /^dist\/(test|lab|bench|build)\/|build-record\.json$/.test(name))).toEqual([]);
});

test('the installed package runs without sources, and says nothing about a build', async () => {
  const { version } = JSON.parse(await readFile(path.join(top, 'package.json'), 'utf8')) as { version: string };
  expect(await run('semester', '--version')).toMatchObject({ exitCode: 0, stdout: version, stderr: '' });
  const help = await run('semester', '--help');
  expect([help.exitCode, help.stdout]).toEqual([
    0,
    expect.stringMatching(/^ {2}approve \[options\] <workflow> <gate> /m),
  ]);
  const semester = await writeExampleAhead(folder);
  const check = await run('semester', 'check', '--site', SITE_EXAMPLE, '--semester', semester, '--by', 'kim');
  expect([check.exitCode, check.stderr]).toEqual([0, '']);
  const worker = await run('semester-worker', '--help');
  expect([worker.exitCode, worker.stdout]).toEqual([0, expect.stringContaining('--health-port')]);
});

test('stack traces of the build name the TypeScript', async () => {
  const client = path.dirname(PROGRAMS.semester);
  const program = `import { demandKeys } from ${JSON.stringify(path.join(client, '../codec/data-converter.js'))};
    try { demandKeys('required', null); } catch (error) { console.log(error.stack); }`;
  const maps = path.join(client, 'source-maps.js');
  const { stdout } = await execa(process.execPath, ['--import', maps, '--input-type=module', '-e', program]);
  expect(stdout).toMatch(/at demandKeys \(.*\/codec\/data-converter\.ts:\d+:\d+\)/);
});
