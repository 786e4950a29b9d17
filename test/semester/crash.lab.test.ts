import { watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { fullReport } from '../../client/report.ts';
import { addressesOf, hashOf, KEPT_HOMES, LEAVING, mailedWith, namesIn, rootOf, SUBJECT } from './end-state.ts';
import { ID, setStage, type Stage } from './fixture.ts';
import { atHalf, countRecords, letGo } from './held-job.ts';

const TOP = '/root/btrfs-toplevel';

/** Each has a lab of its own: most of the time they wait, for Temporal to see that a worker is dead. */
describe.concurrent('a worker killed with SIGKILL', () => {
  test('in the middle of mails: the next one mails everybody else, and nobody twice', async () => {
    await using stage = await setStage({ hosts: ['asahi'], mail: { messagesPerMinute: 400 } });
    const { lab } = stage;
    const expected = addressesOf(LEAVING);
    const halfway = received(lab.dir, Math.floor(expected.length / 2));

    await stage.start({ deadline: new Date(Date.now() + 3600_000).toISOString(), notices: ['PT1H'] });
    await stage.approve('notice');
    await halfway;
    await stage.worker.kill();
    const before = await mailedWith(lab, SUBJECT.notice);
    expect(before.length).toBeLessThan(expected.length);

    await stage.startWorker();
    const { proof } = await stage.done('notice-mail-0');
    const mailed = await mailedWith(lab, SUBJECT.notice);
    expect(mailed).toEqual([...new Set(mailed)]);
    // Where the crash fell between a mail and its answer, the proof names who it was for: no machine sends it again.
    const unnamed = LEAVING.filter(({ user }) => !cutOff(proof!.summary).includes(user));
    expect(addressesOf(LEAVING)).toEqual(expect.arrayContaining(mailed));
    expect(mailed).toEqual(expect.arrayContaining(addressesOf(unnamed)));
    expect(LEAVING.length - unnamed.length).toBeLessThanOrEqual(1);
    expect(proof!.facts).toMatchObject({ unknown: LEAVING.length - unnamed.length, refused: 0, noAddress: 2 });
    expect(Number(proof!.facts['already'])).toBeGreaterThanOrEqual(before.length - 1);
  });

  test('in the middle of a wipe: the host goes on alone, and the next worker finds the work done', async () => {
    await using stage = await setStage({ hosts: ['asahi'] });
    const { lab } = stage;
    const fill = (user: string) => `mkdir ${user}/many && seq -f ${user}/many/%.0f 3000 | xargs touch`;
    await lab.exec('oloroso', `cd /csehome && ${fill('ara')} && ${fill('yuna')}`);
    const prof = await hashOf(lab, 'oloroso', '/csehome/prof');

    await stage.start({}, '--from', 'drain');
    await stage.approve('removal');
    const wiping = atHalf(lab, 'oloroso', '! -e /csehome/ara/many/1');
    await stage.approve('wipe');
    const unit = await wiping;
    await stage.worker.kill();
    const halfway = await namesIn(lab, 'oloroso', '/csehome');
    expect(halfway).toEqual(expect.arrayContaining(['prof', 'yuna', 'zoe']));
    await letGo(lab, 'oloroso', unit);
    await finished(stage, unit);
    expect(await namesIn(lab, 'oloroso', '/csehome')).toEqual(KEPT_HOMES);

    await stage.startWorker();
    const { proof, round } = await stage.done('wipe-homes');
    expect(round).toBe(1);
    expect(proof).toMatchObject({ what: 'homes-wiped', facts: { appeared: 0 } });
    expect(await countRecords(lab, 'oloroso', 'wipe')).toBe(1);
    expect(await hashOf(lab, 'oloroso', '/csehome/prof')).toBe(prof);
    await stage.done('wipe-docker-asahi');
    expect(await namesIn(lab, 'asahi', '/local/.docker')).toEqual(['bacchus', 'root']);
  });

  test('in the middle of a receive: the next one attaches to it, and the host boots the whole image', async () => {
    await using stage = await setStage({ hosts: ['asahi', 'bernini'] });
    const { lab } = stage;
    // Nothing that compresses, so that the image takes a while.
    await lab.exec(
      'asahi',
      'btrfs property set -ts / ro false; head -c 150M /dev/urandom >/opt/weights; btrfs property set -ts / ro true',
    );
    const { bootId } = await rootOf(lab, 'bernini');

    await stage.start({}, '--from', 'update');
    const receiving = atHalf(lab, 'bernini', `-e "$(echo ${TOP}/snapshots/*-gpu-update)"`);
    await stage.approve('rollout');
    const unit = await receiving;
    await stage.worker.kill();
    const partial = `${TOP}/snapshots/*-gpu-update`;
    expect(await lab.exec('bernini', `btrfs property get -ts ${partial} ro`)).toBe('ro=false');
    expect(await lab.exec('bernini', `btrfs subvolume show ${partial}`)).toMatch(/Received UUID:\s+-$/m);

    await stage.startWorker();
    await secondAttempt(stage, `${ID}/update/bernini`, 'receiveImage');
    await letGo(lab, 'bernini', unit);
    const { proof } = await stage.done('follower-bernini', `${ID}/update`);
    expect(proof).toMatchObject({ what: 'host-update', facts: { bootIdBefore: bootId } });
    expect(await countRecords(lab, 'bernini', 'receive-image')).toBe(1);
    expect(await lab.exec('bernini', `btrfs property get -ts ${partial} ro`)).toBe('ro=true');
    const [leader, follower] = await Promise.all(['asahi', 'bernini'].map((host) => rootOf(lab, host)));
    expect(follower).toMatchObject({ packages: leader?.packages, readOnly: 'ro=true', boots: 'root', name: 'bernini' });
    expect(follower?.bootId).not.toBe(bootId);
    expect(await hashOf(lab, 'bernini', '/opt')).toBe(await hashOf(lab, 'asahi', '/opt'));
  });
});

/** Resolves when the mail server has taken `count` mails; it writes each to a file of its own. */
async function received(labDir: string, count: number): Promise<void> {
  const folder = path.join(labDir, 'services', 'mail');
  const before = (await readdir(folder)).length;
  const seen = new Set<string | null>();
  await new Promise<void>((resolve) => {
    const watcher = watch(folder, (_, file) => {
      if (!file?.endsWith('.eml')) return;
      seen.add(file);
      if (seen.size + before < count) return;
      watcher.close();
      resolve();
    });
  });
}

/** Account names that a proof of mails lists as cut off. */
const cutOff = (summary: string): string[] =>
  /cut off, may have arrived: ([^;]*)/.exec(summary)?.[1]?.split(', ') ?? [];

const finished = ({ lab }: Stage, unit: string) =>
  lab.exec('oloroso', `until [ -e ${TOP}/semester/${unit}/finished ]; do sleep 0.05; done`);

/** Resolves when Temporal has given a workflow's activity to a worker again. */
const secondAttempt = ({ client }: Stage, workflowId: string, activity: string) =>
  vi.waitFor(
    async () => {
      const { activities } = await fullReport(client, workflowId);
      const again = activities.find(
        ({ name, attempt, nextAttempt }) => name === activity && attempt > 1 && !nextAttempt,
      );
      expect(again).toBeDefined();
    },
    { timeout: 120_000, interval: 500 },
  );
