import { expect, test } from 'vitest';
import type { Status } from '../../domain/status.ts';
import { approverKey } from '../../lab/approvers.ts';
import { rootOf } from './end-state.ts';
import { setStage, usePayloadKeys } from './fixture.ts';
import { resultOf } from '../client/io.ts';

usePayloadKeys();

const LEADER = 'asahi';
const [CANARY, OTHER] = ['bernini', 'cojito'] as const;
const BROKEN = '/etc/ssh/sshd_config.d/00-broken.conf';

test('between semesters the canary reverts a broken image, the leader is repaired, and all hosts get the new image', async () => {
  const between = { announce: 'PT0S', waitForJobs: 'PT0S' };
  await using stage = await setStage({
    hosts: [LEADER, CANARY, OTHER],
    update: { canary: CANARY, confirmWithin: 'PT10S', between },
  });
  const { lab } = stage;
  const inWindow = (command: string) =>
    lab.exec(LEADER, `set -e; btrfs property set -ts / ro false; ${command}; btrfs property set -ts / ro true`);
  const version = await lab.publishPackages();
  await inWindow(`echo NoSuchOption yes >${BROKEN}`);
  const before = await rootOf(lab, CANARY);

  const started = await stage.semester(['update', '--site', lab.siteFile, '--by', 'alice', '--json']);
  const { workflowId: id } = resultOf(started) as { workflowId: string };
  await expect(stage.semester(['update', '--site', lab.siteFile, '--by', 'bob'])).rejects.toThrow(/already runs/);
  const round = (number: number): Promise<Status> =>
    stage.until(
      `round ${number}`,
      ({ gates }) => gates.some((gate) => gate.gate === 'rollout' && gate.round === number && gate.state === 'open'),
      id,
    );
  const says = (verb: string, ...more: readonly string[]) =>
    stage.semester([verb, id, 'rollout', '--by', 'bob', ...more]);
  const key = ['--key', approverKey(lab.dir, 'bob'), '--yes'];

  const asked = await round(1);
  expect(asked.hosts?.counts).toEqual({ prepared: 2 });
  expect((await rootOf(lab, CANARY)).bootId).toBe(before.bootId);
  await says('approve', ...key);

  const failed = await round(2);
  expect(failed.gates[0]?.plan?.warnings[0]).toMatch(/bernini/);
  expect(failed.hosts?.rows[0]).toMatchObject({ host: CANARY, state: 'rolled-back' });
  const back = await rootOf(lab, CANARY);
  expect(back).toMatchObject({ boots: 'root', packages: before.packages });
  expect(back.bootId).not.toBe(before.bootId);
  await says('reject', '--comment', 'sshd does not start', ...key);
  await inWindow(`rm ${BROKEN}`);
  await says('retry', '--reason', 'sshd is mended');

  await round(3);
  await says('approve', ...key);
  await round(4);
  await says('approve', ...key);
  await expect(stage.client.workflow.getHandle(id).result()).resolves.toMatchObject({ outcome: 'updated', updated: 2 });
  for (const host of [CANARY, OTHER]) {
    const root = await rootOf(lab, host);
    expect(root).toMatchObject({ readOnly: 'ro=true', boots: 'root', name: host });
    expect(root.packages.filter((line) => !line.endsWith(` ${version}`))).toEqual([]);
  }
  expect(await stage.semester(['hosts', 'images', '--site', lab.siteFile])).toMatch(/bernini.*gpu-update/);
});
