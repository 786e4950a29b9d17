import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const docs = path.join(import.meta.dirname, '../docs');

test.each(['semester-worker.service', 'semester-watch.service'])('%s is confined', async (name) => {
  const unit = path.join(docs, name);
  const analyzed = await execa('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit], {
    all: true,
    reject: false,
  });
  expect(analyzed).toMatchObject({ exitCode: 0 });
});

test('the worker cannot write who may approve, leaves no core dump, and does not restart after a wrong configuration', async () => {
  const unit = await readFile(path.join(docs, 'semester-worker.service'), 'utf8');
  const values = (key: string) => [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value);
  expect(values('ProtectSystem')).toEqual(['strict']);
  expect(values('ReadWritePaths')).toEqual([]);
  expect(values('StateDirectory')).toEqual(['gpu-semester']);
  expect(values('LimitCORE')).toEqual(['0']);
  expect(values('Restart')).toEqual(['on-failure']);
  expect(values('RestartPreventExitStatus')).toEqual(['2']);
});
