import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { execa } from 'execa';
import getPort from 'get-port';
import { afterAll, expect, test } from 'vitest';
import { PROGRAMS } from '../../build/build.ts';
import { LABS } from '../../lab/keeper.ts';
import { top } from '../documents.ts';

/** `npm run lab -- up --service`, as a person types it. */
const name = `service-${randomUUID().slice(0, 8)}`;
const lab = (...args: string[]) =>
  execa(process.execPath, ['--import', 'tsx', path.join(top, 'lab/main.ts'), ...args], {
    cwd: top,
    reject: false,
    stdin: 'ignore',
    all: true,
  });

afterAll(async () => {
  await lab('down', '--name', name);
  await Promise.all(['name', 'log'].map((end) => rm(path.join(LABS, `${name}.${end}`), { force: true })));
});

test('up --service prints the one line after which semester reaches a worker; a port in use names its flag', async () => {
  const [temporal, ui, codec] = [await getPort(), await getPort(), await getPort()].map(String) as [
    string,
    string,
    string,
  ];
  const up = ['up', '--service', '--name', name, '--hosts', 'asahi', '--quiet-hosts'];
  const ports = (at: string) => ['--temporal-port', at, '--ui-port', ui, '--codec-port', codec];

  const other = createServer().listen(Number(temporal), '127.0.0.1');
  const refused = await lab(...up, ...ports(temporal));
  expect([refused.exitCode, refused.all]).toEqual([
    1,
    expect.stringContaining(`Port ${temporal} is in use. Choose another one: --temporal-port PORT`),
  ]);
  await new Promise((resolve) => other.close(resolve));

  const started = await lab(...up, ...ports(temporal));
  const line = /^service: +(set -a; .*)$/m.exec(started.all)?.[1];
  expect([started.exitCode, started.all, line]).toEqual([0, started.all, expect.stringContaining('service.env')]);
  const { exitCode, stdout } = await execa(
    'bash',
    ['-c', `${line}; "$0" "$@"`, process.execPath, PROGRAMS.semester, 'gpus'],
    {
      reject: false,
    },
  );
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('asahi')]);
  expect((await fetch(`http://127.0.0.1:${ui}`)).ok).toBe(true);

  expect((await lab('down', '--name', name)).exitCode).toBe(0);
  await expect(fetch(`http://127.0.0.1:${ui}`)).rejects.toThrow();
});
