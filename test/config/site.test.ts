import { dirname, join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { loadSite } from '../../config/load.ts';
import type { siteSchema } from '../../config/site-schema.ts';
import type { Site } from '../../domain/site.ts';
import { changedExample, fileOf, SITE_EXAMPLE, siteIssues } from './files.ts';

test('the example is valid, and defaults are those of the runbook', async () => {
  const site = await loadSite(SITE_EXAMPLE, { starter: null });
  expect(site.hosts.map((host) => host.name)).toEqual(['asahi', 'bernini', 'cojito', 'derby', 'eggnog', 'faust']);
  expect(site.storage).toEqual({ name: 'oloroso', address: 'oloroso.snucse.org', port: 22, sudo: 'nopasswd' });
  expect(site.quorum).toEqual({
    notice: 1,
    removal: 1,
    wipe: 2,
    prune: 1,
    rollout: 1,
    publish: 1,
    applications: 1,
    restore: 1,
    'restore-docker': 1,
    exclude: 1,
    rollback: 1,
  });
  expect(site.layout).toEqual({
    toplevel: '/root/btrfs-toplevel',
    home: '/csehome',
    homeSubvolume: 'csehome',
    backups: 'backups/gpu',
    images: '/csehome/bacchus/images',
    esp: '/boot',
    docker: '/local/.docker',
    alsoWipe: [],
    snapshots: 'snapshots',
    jobs: 'semester',
  });
  expect(site.update).toMatchObject({ command: 'pacman -Syu --noconfirm', leader: 'asahi', checks: ['nvidia-smi'] });
});

test('the schema makes a Site and nothing else', () => {
  type Made = z.output<typeof siteSchema>;
  expectTypeOf<Made>().toExtend<Site>();
  expectTypeOf<keyof Made>().toEqualTypeOf<Exclude<keyof Site, 'excluded'>>();
  expectTypeOf<keyof Made['layout']>().toEqualTypeOf<keyof Site['layout']>();
  expectTypeOf<keyof Made['hosts'][number]>().toEqualTypeOf<keyof Site['hosts'][number]>();
});

test('paths of the worker become absolute from the file; addresses stay', async () => {
  const text = await changedExample(
    SITE_EXAMPLE,
    ['/var/lib/gpu-semester\n', 'state\n'],
    ['{ source: postgres }', '{ source: csv, file: a.csv }'],
  );
  const file = await fileOf('site.yaml', text);
  const site = await loadSite(file);
  const folder = dirname(file);
  expect(site.ssh.knownHosts).toBe(join(folder, 'known_hosts'));
  expect(site.stateDir).toBe(join(folder, 'state'));
  expect(site.survey.csv).toBe(join(folder, 'survey.csv'));
  expect(site.addresses).toEqual({ source: 'csv', file: join(folder, 'a.csv') });
  expect(site.homepage.repository).toBe('git@github.com:bacchus-snu/bacchus-snu.github.io.git');
  expect(site.templates).toBe(join(import.meta.dirname, '..', '..', 'templates'));
});

test('reports all errors at once, in the order of the file', async () => {
  const text = await changedExample(
    SITE_EXAMPLE,
    ['Asia/Seoul', 'Asia/Seuol'],
    ['name: cojito', 'name: asahi'],
    ['gpuCount: 2', 'gpuCount: two'],
    ['workerHost: sherry', 'workerHots: sherry'],
    ['temporalHost: sherry.snucse.org', 'temporalHost: faust.snucse.org'],
  );
  const issues = await siteIssues(text);
  expect(issues.map((issue) => issue.key)).toEqual([
    'zone',
    'hosts[2].name',
    'hosts[5].gpuCount',
    'service.workerHost',
    'service.workerHots',
    'service.temporalHost',
  ]);
});

test('a missing file, invalid YAML, no mapping and a duplicate key are refused', async () => {
  await expect(loadSite('/nonexistent/site.yaml')).rejects.toThrow(
    'found no readable file (ENOENT), expected a YAML file',
  );
  const [broken] = await siteIssues('name: a\nhosts: [1, 2\nzone: b\n');
  expect([broken?.line, broken?.expected]).toEqual([3, 'valid YAML']);
  const twice = await siteIssues('name: a\nzone: nowhere\nname: b\nhosts:\n  - { gpu: x, name: c, name: d }\n');
  expect(twice.filter(({ found }) => found === 'the same key again')).toMatchObject([
    { key: 'name', line: 3, column: 1, expected: 'each key once (line 1)' },
    { key: 'hosts[0].name', line: 5, column: 24, expected: 'each key once (line 5)' },
  ]);
  expect(twice.map(({ key }) => key)).toContain('zone');
  const [empty] = await siteIssues('# nothing yet\n');
  expect(empty?.expected).toMatch(/^the keys name, zone/);
});
