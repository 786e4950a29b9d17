import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HostImage } from '../../activities/types.ts';
import { approverKey } from '../../lab/approvers.ts';
import { rootOf } from './end-state.ts';
import { setStage, type Stage } from './fixture.ts';

/** Commands for single things, as somebody types them beside the semester; what they did is looked up on the hosts. */
const [LEADER, HOST] = ['asahi', 'bernini'] as const;
const HOSTS = [LEADER, HOST];
const BOB = ['--by', 'bob'];
let stage: Stage;

beforeAll(async () => {
  const between = { announce: 'PT0S', waitForJobs: 'PT0S' };
  stage = await setStage({ hosts: HOSTS, update: { canary: false, confirmWithin: 'PT10S', between } });
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const sites = () => ['--site', stage.lab.siteFile];
const signed = () => [...BOB, '--key', approverKey(stage.lab.dir, 'bob'), '--yes'];
const images = async () => JSON.parse(await stage.semester(['hosts', 'images', ...sites(), '--json'])) as HostImage[];
/** The workflow that a command with `--json` has started, as soon as its gate asks. */
async function asked(command: readonly string[], gate: string): Promise<string> {
  const { workflowId } = JSON.parse(await stage.semester([...command, ...sites(), '--json'])) as { workflowId: string };
  await stage.until(gate, ({ gates }) => gates.some((one) => one.gate === gate && one.state === 'open'), workflowId);
  return workflowId;
}

test('rollback takes a host back to the root before its update, with the Docker ranges of today', async () => {
  const { lab, client } = stage;
  const before = await rootOf(lab, HOST);
  const version = await lab.publishPackages();
  const update = await asked(['update', '--by', 'alice'], 'rollout');
  await stage.semester(['approve', update, 'rollout', ...signed()]);
  await expect(client.workflow.getHandle(update).result()).resolves.toMatchObject({ outcome: 'updated', updated: 1 });
  const updated = await rootOf(lab, HOST);
  expect(updated.packages.filter((line) => !line.endsWith(` ${version}`))).toEqual([]);
  const [leads, follows] = await images();
  expect(follows).toEqual({ host: HOST, image: leads?.image, failed: [], silent: null });
  expect(follows?.image).toMatch(/gpu-update/);

  const user = 'zoe';
  const said = await stage.semester(['docker', user, 'stranger', '--by', 'alice', ...sites()]);
  for (const host of HOSTS)
    expect(said).toContain(`${host}: 1 new Docker ranges, 0 there before; not known there: stranger`);
  const granted = (host: string) =>
    lab.exec(host, `grep -h '^${user}:' /etc/subuid /etc/subgid; btrfs property get -ts / ro`);
  const ranges = await granted(HOST);
  expect(ranges).toMatch(/^zoe:(\d+):(\d+)\nzoe:\1:\2\nro=true$/);
  expect(await granted(LEADER)).toBe(ranges);

  const id = await asked(['rollback', HOST, '--by', 'alice', '--reason', 'the driver loses GPUs'], 'rollback');
  const plan = await stage.semester(['plan', id, 'rollback']);
  for (const part of ['the driver loses GPUs', `${HOST}: ${follows?.image} → `]) expect(plan).toContain(part);
  const handover = await stage.semester(['handover', ...sites()]);
  for (const part of [id, `semester approve ${id} rollback`, 'carol <carol@example.org>', 'SEMESTER_SSH_KEY'])
    expect(handover).toContain(part);
  expect((await rootOf(lab, HOST)).bootId).toBe(updated.bootId);
  await stage.semester(['approve', id, 'rollback', ...signed()]);
  await stage.until('rolled back', ({ phase }) => phase === 'done', id);
  const back = await rootOf(lab, HOST);
  expect(back).toMatchObject({ boots: 'root', packages: before.packages, name: HOST, readOnly: 'ro=true' });
  expect(back.bootId).not.toBe(updated.bootId);
  expect(await granted(HOST)).toBe(ranges);
  expect((await images())[1]).toMatchObject({ host: HOST, failed: [follows?.image], silent: null });
  expect(await stage.semester(['handover', ...sites()])).toContain('Nothing runs.');
});
