import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'upgrade-'));
  await mkdir(path.join(folder, 'compose'));
  await mkdir(path.join(folder, 'bin'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the script with a `docker` that records its calls: the versions that it starts, and whether a dump is there by then. */
async function upgrade(a: { running: string; target: string; steps: string; dump?: string; unhealthy?: string }) {
  const source = path.join(import.meta.dirname, '../compose/upgrade-temporal.sh');
  const script = path.join(folder, 'compose/upgrade-temporal.sh');
  await cp(source, script);
  const text = await readFile(script, 'utf8');
  await writeFile(script, text.replace(/^steps='.*'$/m, `steps='${a.steps}'`));
  const image = '    image: temporalio/server:${TEMPORAL_VERSION:-' + a.target + '}\n';
  await writeFile(path.join(folder, 'docker-compose.yml'), image);
  const log = path.join(folder, 'log');
  const docker = path.join(folder, 'bin/docker');
  const dump = a.dump ?? '-- PostgreSQL database cluster dump complete';
  await writeFile(
    docker,
    `#!/bin/sh
case "$*" in
  *--version) echo "temporal version ${a.running}" ;;
  *pg_dumpall*) echo '${dump}' ;;
  *) echo "\${TEMPORAL_VERSION:-all} $(ls ${folder} | grep -c 'sql$')" >>${log}
     [ "\${TEMPORAL_VERSION:-}" != "${a.unhealthy ?? 'none'}" ] ;;
esac
`,
  );
  await chmod(docker, 0o755);
  const { exitCode, stderr } = await execa(script, {
    env: { PATH: `${path.dirname(docker)}:${process.env['PATH']}` },
    reject: false,
  });
  const calls = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n').filter(Boolean);
  return { exitCode, stderr, calls };
}

const STEPS = '1.30.6 1.31.2 1.32.0';

test('each minor version on the way is started once, after a whole dump', async () => {
  expect(await upgrade({ running: '1.30.4', target: '1.32.0', steps: STEPS })).toMatchObject({
    exitCode: 0,
    calls: ['1.30.6 1', '1.31.2 1', '1.32.0 1', 'all 1'],
  });
});

test('a patch of the same minor version is one step', async () => {
  const { calls } = await upgrade({ running: '1.30.6', target: '1.30.9', steps: STEPS });
  expect(calls).toEqual(['1.30.9 1', 'all 1']);
});

test('a second run does nothing', async () => {
  expect(await upgrade({ running: '1.32.0', target: '1.32.0', steps: STEPS })).toMatchObject({
    exitCode: 0,
    calls: [],
  });
});

test.each([
  [
    'a minor version that nobody tried',
    { running: '1.30.6', target: '1.32.0', steps: '1.30.6' },
    'a minor version is missing',
  ],
  ['a way back', { running: '1.32.0', target: '1.31.2', steps: STEPS }, 'a schema does not go back'],
  [
    'a dump that was cut off',
    { running: '1.30.6', target: '1.31.2', steps: STEPS, dump: '-- begun' },
    'is not complete',
  ],
  ['an unknown version', { running: '', target: '1.31.2', steps: STEPS }, 'its version is unknown'],
])('%s changes nothing', async (_, given, message) => {
  const { exitCode, stderr, calls } = await upgrade(given);
  expect([exitCode, stderr, calls]).toEqual([1, expect.stringContaining(message), []]);
});

test('a step that does not become healthy ends the upgrade', async () => {
  const { exitCode, calls } = await upgrade({ running: '1.30.6', target: '1.32.0', steps: STEPS, unhealthy: '1.31.2' });
  expect([exitCode, calls]).toEqual([1, ['1.31.2 1']]);
});
