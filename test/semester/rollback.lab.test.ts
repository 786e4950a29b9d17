import { execa } from 'execa';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Status } from '../../domain/status.ts';
import { approverKey } from '../../lab/approvers.ts';
import { rootOf } from './end-state.ts';
import { setStage, type Stage, usePayloadKeys } from './fixture.ts';
import type { HostImage } from '../../activities/hosts/image/contract.ts';
import { resultOf } from '../client/io.ts';

usePayloadKeys();

/** Single commands, as a person types them beside the semester; their effect is verified on the hosts. */
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
const images = async () => resultOf(await stage.semester(['hosts', 'images', ...sites(), '--json'])) as HostImage[];
async function begun(command: readonly string[]): Promise<string> {
  return (resultOf(await stage.semester([...command, ...sites(), '--json'])) as { workflowId: string }).workflowId;
}
/** The workflow that a command with `--json` has started, as soon as its gate asks. */
async function asked(command: readonly string[], gate: string): Promise<string> {
  const workflowId = await begun(command);
  await stage.until(gate, ({ gates }) => gates.some((one) => one.gate === gate && one.state === 'open'), workflowId);
  return workflowId;
}

/** A person on the host who trains on a GPU and reads the warnings on the terminal. */
async function terminalOf(user: string) {
  const ssh = ['-F', stage.lab.sshConfig, '-tt', '-l', user, HOST, 'echo here; trainer 3600'];
  const terminal = execa('ssh', ssh, { reject: false, stdin: 'ignore' });
  let seen = '';
  terminal.stdout.on('data', (data: Buffer) => (seen += data.toString()));
  await vi.waitFor(() => expect(seen).toContain('here'), { timeout: 30_000, interval: 100 });
  // Lines are broken where the terminal ends.
  return { seen: () => seen.replaceAll(/\s*\r?\n/g, ''), ended: terminal };
}

test('an update between semesters waits for sessions; rollback restores the old root with the Docker ranges of today', async () => {
  const { lab, client } = stage;
  const before = await rootOf(lab, HOST);
  const version = await lab.publishPackages();
  const update = await asked(['update', '--by', 'alice'], 'rollout');
  const erin = await terminalOf('erin');
  await stage.semester(['approve', update, 'rollout', ...signed()]);
  const asks = ({ waitingFor }: Status) => waitingFor.some(({ key }) => key === `attention:jobs-${HOST}`);
  await stage.until('the question about the GPU job', asks, update);
  await expect
    .poll(erin.seen)
    .toMatch(/업데이트를 위해 bernini 서버를.*곧 재부팅합니다.*bernini reboots soon for an update/);
  expect((await stage.until('the reason', asks, `${update}/${HOST}`)).steps).toContainEqual(
    expect.objectContaining({
      step: `jobs-${HOST}`,
      reason: expect.stringMatching(/have not ended: erin \(.*trainer/),
    }),
  );
  expect((await rootOf(lab, HOST)).bootId).toBe(before.bootId);
  await lab.exec(HOST, 'pkill -x trainer');
  await erin.ended;
  await stage.semester(['retry', update, `jobs-${HOST}`, ...BOB, '--reason', 'erin has seen it']);
  await expect(client.workflow.getHandle(update).result()).resolves.toMatchObject({ outcome: 'updated', updated: 1 });
  const updated = await rootOf(lab, HOST);
  expect(updated.packages.filter((line) => !line.endsWith(` ${version}`))).toEqual([]);
  const [leads, follows] = await images();
  expect(follows).toEqual({ host: HOST, image: leads?.image, failed: [], silent: null });
  expect(follows?.image).toMatch(/gpu-update/);

  const user = 'zoe';
  const said = await stage.semester(['docker', user, 'stranger', '--unknown', '--by', 'alice', ...sites()]);
  for (const host of HOSTS)
    expect(said).toContain(`${host}: 1 new Docker range, 0 there before; not known there: stranger`);
  const granted = (host: string) =>
    lab.exec(host, `grep -h '^${user}:' /etc/subuid /etc/subgid; btrfs property get -ts / ro`);
  const ranges = await granted(HOST);
  expect(ranges).toMatch(/^zoe:(\d+):(\d+)\nzoe:\1:\2\nro=true$/);
  expect(await granted(LEADER)).toBe(ranges);

  // The leader's old root was put there by hand, and has no host key of its own.
  const old = await lab.exec(LEADER, 'ls /root/btrfs-toplevel/old-root/etc/ssh; cat /proc/sys/kernel/random/boot_id');
  expect(old).not.toContain('ssh_host');
  const because = ['--by', 'alice', '--reason', 'the driver loses GPUs'];
  const refused = await begun(['rollback', LEADER, ...because]);
  const parked = ({ steps }: Status) => steps.find(({ state }) => state === 'attention');
  const status = await stage.until('refusal', (now) => parked(now) !== undefined, refused);
  expect(parked(status)?.reason).toMatch(
    /asahi 제외: old-root가 이 서비스의 업데이트로 생긴 것이 아니어서.*btrfs subvolume set-default root/,
  );
  await stage.semester(['abort', refused, ...BOB, '--reason', 'not that one']);

  const id = await asked(['rollback', 'all', ...because], 'rollback');
  const plan = await stage.semester(['plan', id, 'rollback']);
  for (const part of ['the driver loses GPUs', `${HOST}: ${follows?.image} → `, `${LEADER} 제외`])
    expect(plan).toContain(part);
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
  expect(await lab.exec(LEADER, 'ls /root/btrfs-toplevel/old-root/etc/ssh; cat /proc/sys/kernel/random/boot_id')).toBe(
    old,
  );
  expect((await images())[1]).toMatchObject({ host: HOST, failed: [follows?.image], silent: null });
  expect(await stage.semester(['handover', ...sites()])).toContain('No workflow runs.');
});
