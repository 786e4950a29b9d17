import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { prometheusPrograms } from '../../lab/setup/prometheus.ts';
import { GAUGES } from '../../watch/gauges.ts';

const folder = path.join(import.meta.dirname, '../../compose/prometheus');
const rules = path.join(folder, 'rules.yml');
const promtool = async (...args: string[]) =>
  execa(path.join(await prometheusPrograms(), 'promtool'), args, { all: true, reject: false });

test('promtool accepts the configuration and the rules', async () => {
  const checked = await promtool('check', 'config', path.join(folder, 'prometheus.yml'));
  expect(checked).toMatchObject({ exitCode: 0 });
});

test('each rule fires when it should, and not before', async () => {
  const tests = await mkdtemp(path.join(tmpdir(), 'rules-'));
  const text = await readFile(path.join(import.meta.dirname, 'rules.promtool.yml'), 'utf8');
  await writeFile(path.join(tests, 'tests.yml'), text.replace('RULES', rules));
  const tested = await promtool('test', 'rules', path.join(tests, 'tests.yml'));
  await rm(tests, { recursive: true });
  expect(tested).toMatchObject({ exitCode: 0 });
});

test('rules use only gauges that exist, and each runbook is a file with that heading', async () => {
  const text = await readFile(rules, 'utf8');
  const used = new Set(text.match(/semester_[a-z_]+/g));
  expect([...used].filter((name) => !(name in GAUGES))).toEqual([]);
  const runbooks = new Set([...text.matchAll(/runbook: (\S+)/g)].map(([, place = '']) => place));
  for (const place of runbooks) {
    const [file = '', heading] = place.split('#');
    const page = await readFile(path.join(folder, '../..', file), 'utf8');
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, words = '']) => words.toLowerCase());
    const anchors = headings.map((words) => words.replace(/[^a-z0-9 -]/g, '').replaceAll(' ', '-'));
    expect([place, heading === undefined || anchors.includes(heading)]).toEqual([place, true]);
  }
});
