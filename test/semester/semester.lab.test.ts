import { describe, expect, test, vi } from 'vitest';
import type { Status } from '../../domain/status.ts';
import type { Lab } from '../../lab/lab.ts';
import {
  addressesOf,
  hashOf,
  KEPT_HOMES,
  LEAVING,
  mailedWith,
  namesIn,
  recipientsOf,
  rootOf,
  SUBJECT,
} from './end-state.ts';
import { ID, NAME, setStage, usePayloadKeys } from './fixture.ts';
import { atHalf, countRecords, finished, letGo, received, watched } from './moments.ts';
import { wholeSemester } from './whole.ts';

usePayloadKeys();

const TOP = '/root/btrfs-toplevel';

/**
 * Each has a lab of its own. They run side by side: most of the time they wait, for Temporal to see that a worker is
 * dead.
 */
describe.concurrent('a semester on real hosts', () => {
  test('continues after a host was down during drain: the step parks, names host and remedy, and waits for retry', async () => {
    await using stage = await setStage({ hosts: ['asahi'] });
    const { lab } = stage;
    await lab.powerCut('asahi');
    await stage.start({}, '--from', 'drain');
    await stage.approve('removal');

    // The storage host's drain may take longer than it takes to find out that the other one is down.
    const parked = await stage.until(
      'attention for asahi, oloroso drained',
      ({ waitingFor, steps }) =>
        waitingFor.some(({ key }) => key === 'attention:drain-asahi') &&
        steps.some(({ step, state }) => step === 'drain-oloroso' && state === 'done'),
      ID,
      'drain-asahi',
    );
    const step = parked.steps.find((one) => one.step === 'drain-asahi');
    expect(step).toMatchObject({ state: 'attention', reason: expect.stringMatching(/^Unreachable: asahi .*is it on/) });
    expect(parked.steps.find((one) => one.step === 'drain-oloroso')).toMatchObject({ state: 'done' });
    expect(parked.phase).toBe('drain');
    const typed = ['retry', NAME, 'drain-asahi', '--by'];
    const told = await stage.semester(['status', NAME]);
    for (const part of ['서버가 켜져 있고 sshd가 실행 중인지', `semester ${typed.join(' ')} YOU --reason WHY`])
      expect(told).toContain(part);
    const bob = await vi.waitFor(() => mailTo(lab, 'bob@example.org', /drain-asahi/), { timeout: 20_000 });
    for (const part of ['asahi', 'is it on', `semester ${typed.join(' ')} YOU`]) expect(bob.text).toContain(part);

    await lab.powerOn('asahi');
    await stage.semester([...typed, 'bob', '--reason', 'the power is back']);
    const again = ({ steps }: Status) => steps.some((one) => one.step === 'drain-asahi' && one.round === 2);
    await stage.until('the second try', again, ID, 'drain-asahi');
    const { proof, round } = await stage.done('drain-asahi');
    expect([round, proof?.what === 'absence' && proof.facts.processes]).toEqual([2, 0]);
    await stage.opened('wipe');
  });

  test('continues after a worker was killed during a receive: the next worker attaches, and the host boots the whole image', async () => {
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
    const unit = await receiving;
    await stage.worker.kill();
    const partial = `${TOP}/snapshots/*-gpu-update`;
    expect(await lab.exec('bernini', `btrfs property get -ts ${partial} ro`)).toBe('ro=false');
    expect(await lab.exec('bernini', `btrfs subvolume show ${partial}`)).toMatch(/Received UUID:\s+-$/m);

    await watched(lab, 'bernini', false);
    await stage.startWorker();
    await watched(lab, 'bernini', true);
    await letGo(lab, 'bernini', unit);
    const { proof } = await stage.done('boot-bernini', `${ID}/update/bernini`);
    expect(proof).toMatchObject({ what: 'host-update', facts: { bootIdBefore: bootId } });
    expect(await countRecords(lab, 'bernini', 'receive')).toBe(1);
    expect(await lab.exec('bernini', `btrfs property get -ts ${partial} ro`)).toBe('ro=true');
    const [leader, follower] = await Promise.all(['asahi', 'bernini'].map((host) => rootOf(lab, host)));
    expect(follower).toMatchObject({ packages: leader?.packages, readOnly: 'ro=true', boots: 'root', name: 'bernini' });
    expect(follower?.bootId).not.toBe(bootId);
    expect(await hashOf(lab, 'bernini', '/opt')).toBe(await hashOf(lab, 'asahi', '/opt'));
  });

  test('continues after a worker was killed during a wipe: the host finishes, and the next worker finds the work done', async () => {
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
    await finished(lab, 'oloroso', unit);
    expect(await namesIn(lab, 'oloroso', '/csehome')).toEqual(KEPT_HOMES);

    await stage.startWorker();
    const { proof, round } = await stage.done('wipe-homes');
    expect(round).toBe(1);
    expect(proof).toMatchObject({ what: 'homes-wiped', facts: { appeared: 0 } });
    expect(await countRecords(lab, 'oloroso', 'wipe')).toBe(1);
    expect(await hashOf(lab, 'oloroso', '/csehome/prof')).toBe(prof);
    await stage.done('wipe-docker-asahi');
    expect(await namesIn(lab, 'asahi', '/local/.docker')).toEqual(['.semester-trash', 'bacchus', 'root']);
  });

  test('continues after a worker was killed during mails: the next worker mails the rest, and no person twice', async () => {
    await using stage = await setStage({ hosts: ['asahi'], mail: { messagesPerMinute: 400 } });
    const { lab } = stage;
    const expected = addressesOf(LEAVING);
    const halfway = received(lab, Math.floor(expected.length / 2));

    const hours = (ahead: number) => new Date(Date.now() + ahead * 3600_000).toISOString();
    await stage.start({ deadline: hours(1), notices: ['PT1H'], period: { from: hours(1.5), until: hours(4) } });
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
    expect(proof?.what === 'notices' && proof.facts.already).toBeGreaterThanOrEqual(before.length - 1);
  });

  test('runs whole with update first, verified on the hosts afterwards', wholeSemester);
});

/** Account names that a proof of mails lists as cut off. */
const cutOff = (summary: string): string[] =>
  /interrupted, may have arrived.*?\): ([^;]*)/.exec(summary)?.[1]?.split(', ') ?? [];

async function mailTo(lab: Lab, address: string, about: RegExp) {
  const mails = await lab.services.smtp.mails();
  const found = mails.find((mail) => recipientsOf(mail).includes(address) && about.test(mail.subject ?? ''));
  if (!found) throw new Error(`no mail to ${address} about ${about.source}`);
  return found;
}
