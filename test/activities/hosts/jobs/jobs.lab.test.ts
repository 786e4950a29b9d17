import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostJournal } from '../../../../activities/epoch/journals.ts';
import { jobsOf } from '../../../../activities/hosts/jobs/jobs.ts';
import { scriptText } from '../../../../activities/hosts/remote/scripts.ts';
import { createRemote } from '../../../../activities/hosts/remote/ssh.ts';
import { quote } from '../../../../activities/hosts/remote/quote.ts';
import type { Remote } from '../../../../activities/hosts/remote/remote.ts';
import { loadSite } from '../../../../config/load.ts';
import { refOf, remoteTo, startFleet } from '../fleet.ts';

/** A job that runs until a file appears, and records each run. */
const SCRIPTS: Record<string, string> = {
  works: `echo run >>"$1/ran"; progress "started"; cat >"$1/input"; until [[ -e $1/go ]]; do sleep 0.1; done; echo "did $2"`,
  fails: 'echo "no good"; exit 7',
  closes: 'touch "$1"',
};
const textOf = async (name: string) =>
  SCRIPTS[name] ? `${await scriptText('sync-home').then(commonOnly)}\n${SCRIPTS[name]}` : await scriptText(name);
const commonOnly = (text: string) => text.slice(0, text.indexOf('# R4, before'));

let fleet: Awaited<ReturnType<typeof startFleet>>;
let remote: Remote;
const work = (dir: string) => ({ name: 'works', args: [`/root/btrfs-toplevel/${dir}`, "it's"], input: 'a\0b' });
const exec = (command: string) => fleet.lab.exec('bernini', command);

// bernini's sudo asks for the password.
beforeAll(async () => {
  fleet = await startFleet({ name: 'jobs', hosts: ['bernini'] });
  remote = remoteTo(fleet.lab, textOf);
  await exec('mount /root/btrfs-toplevel; mkdir /root/btrfs-toplevel/{one,two,three,ending,stopping}');
});
afterAll(async () => {
  await remote?.close();
  await fleet?.stop();
});

it('continues when its client is gone, and the next client attaches to it', async () => {
  const environment = new MockActivityEnvironment();
  const beats: unknown[] = [];
  environment.on('heartbeat', (details) => beats.push(details));
  const first = environment.run(async () => await remote.job('bernini', refOf('work'), work('one')));
  const ended = first.then(
    () => 'went on',
    () => 'ended',
  );
  await expect.poll(() => beats, { timeout: 15_000 }).toContainEqual(expect.objectContaining({ progress: 'started' }));
  environment.cancel();
  await expect(ended).resolves.toBe('ended');

  const second = remote.job('bernini', refOf('work'), work('one'));
  await exec('touch /root/btrfs-toplevel/one/go');
  await expect(second).resolves.toMatchObject({
    attached: true,
    exitStatus: 0,
    tail: expect.stringContaining("did it's"),
  });
  await expect(remote.job('bernini', refOf('work'), work('one'))).resolves.toMatchObject({ attached: true });
  expect(await exec('cat /root/btrfs-toplevel/one/ran')).toBe('run');
  expect(await exec('od -An -c /root/btrfs-toplevel/one/input')).toMatch(/a +\\0 +b/);
});

it('runs anew in another round', async () => {
  await expect(remote.job('bernini', refOf('work', 2), work('one'))).resolves.toMatchObject({ attached: false });
  expect(await exec('cat /root/btrfs-toplevel/one/ran')).toBe('run\nrun');
});

it('continues after a lost connection', async () => {
  const job = remote.job('bernini', refOf('link'), work('two'));
  await expect.poll(() => exec('cat /root/btrfs-toplevel/two/ran || true'), { timeout: 15_000 }).toBe('run');
  await fleet.lab.linkDown('bernini');
  await exec('touch /root/btrfs-toplevel/two/go');
  await fleet.lab.linkUp('bernini');
  await expect(job).resolves.toMatchObject({ exitStatus: 0 });
  expect(await exec('cat /root/btrfs-toplevel/two/ran')).toBe('run');
});

/** Begins job `dir` and leaves it running, without a client. */
async function leaveRunning(dir: string): Promise<void> {
  const environment = new MockActivityEnvironment();
  const left = environment.run(async () => await remote.job('bernini', refOf(dir), work(dir))).catch(() => 'left');
  await expect.poll(() => exec(`cat /root/btrfs-toplevel/${dir}/ran || true`), { timeout: 15_000 }).toBe('run');
  environment.cancel();
  await expect(left).resolves.toBe('left');
}

/** During `act`, job `dir` ends while a script waits for `systemctl VERB` with its unit. */
async function endDuring(verb: string, dir: string, act: () => Promise<void>): Promise<void> {
  const stub = '/usr/local/sbin/systemctl';
  const real = '/usr/bin/systemctl';
  const asks = `touch /root/btrfs-toplevel/${dir}/go; while [[ $(${real} show -P LoadState "\${@: -1}") == loaded ]]; do sleep 0.05; done`;
  const text = ['#!/bin/bash', `[[ $1 != ${verb} ]] || { ${asks}; }`, `exec ${real} "$@"`].join('\n');
  const whileOpen = (command: string) =>
    exec(`btrfs property set -ts / ro false; ${command}; btrfs property set -ts / ro true`);
  await whileOpen(`echo ${quote(text)} >${stub}; chmod +x ${stub}`);
  try {
    await act();
  } finally {
    await whileOpen(`rm ${stub}`);
  }
  expect(await exec(`cat /root/btrfs-toplevel/${dir}/ran`)).toBe('run');
}

it('does not run again if it ends while the next client asks for its unit', async () => {
  await leaveRunning('ending');
  await endDuring('show', 'ending', async () => {
    await expect(remote.job('bernini', refOf('ending'), work('ending'))).resolves.toMatchObject({ attached: true });
  });
});

it('is no obstacle to tidyHost if it ends while it is stopped', async () => {
  await leaveRunning('stopping');
  await endDuring('stop', 'stopping', async () => {
    const proof = await fleet.hosts.tidyHost({ workflow: 'semester/2027-spring', host: 'bernini' });
    expect(proof.facts).toMatchObject({ host: 'bernini', window: 'closed' });
  });
});

it('runs again after the host lost its power', async () => {
  const job = remote.job('bernini', refOf('power'), work('three'));
  await expect.poll(() => exec('cat /root/btrfs-toplevel/three/ran || true'), { timeout: 15_000 }).toBe('run');
  await exec('sync -f /root/btrfs-toplevel');
  await fleet.lab.powerCut('bernini');
  await fleet.lab.powerOn('bernini');
  await exec('mountpoint -q /root/btrfs-toplevel || mount /root/btrfs-toplevel; touch /root/btrfs-toplevel/three/go');
  await expect(job).resolves.toMatchObject({ exitStatus: 0, tail: expect.stringContaining('it runs again') });
  expect(await exec('cat /root/btrfs-toplevel/three/ran')).toBe('run\nrun');
});

it('reports its failure, and runs its clean-up after every end', async () => {
  const script = { name: 'fails', args: [], stopPost: { name: 'closes', args: ['/run/closed'] } };
  await expect(remote.job('bernini', refOf('fails'), script)).rejects.toThrow(/fails .*exit status 7: no good/);
  expect(await exec('ls /run/closed')).toBe('/run/closed');
});

it('is stopped by tidyHost, which also runs its clean-up', async () => {
  await exec('rm -rf /run/closed; mkdir /root/btrfs-toplevel/four');
  const script = { ...work('four'), stopPost: { name: 'closes', args: ['/run/closed'] } };
  const job = remote.job('bernini', refOf('stopped'), script).then(
    () => 'finished',
    (error: unknown) => String(error),
  );
  await expect.poll(() => exec('cat /root/btrfs-toplevel/four/ran || true'), { timeout: 15_000 }).toBe('run');
  await exec('btrfs property set -ts / ro false');
  const other = await fleet.hosts.tidyHost({ workflow: 'semester/another', host: 'bernini' });
  expect(other.facts.stopped).toBe(0);
  await exec('btrfs property set -ts / ro false');
  const proof = await fleet.hosts.tidyHost({ workflow: 'semester/2027-spring', host: 'bernini' });
  expect(proof.facts).toEqual({ host: 'bernini', stopped: 1, window: 'closed' });
  expect(await exec('btrfs property get -ts / ro; ls /run/closed')).toBe('ro=true\n/run/closed');
  await expect(job).resolves.toMatch(/exit status 143/);
});

it('asks sudo once with a wrong password, and does not print it', async () => {
  const { lab } = fleet;
  const wrong = createRemote({
    site: async () => await loadSite(lab.siteFile),
    secrets: { sshKey: lab.secrets['SEMESTER_SSH_KEY'], sshPassword: 'hunter2' },
  });
  const failure = wrong.run('bernini', { name: 'sync-home', args: ['/csehome'], input: 'not a password' });
  await expect(failure).rejects.toMatchObject({ type: 'ConfigInvalid' });
  await expect(failure).rejects.toThrow(/bernini: sudo .* SEMESTER_SSH_PASSWORD/s);
  await expect(failure).rejects.not.toThrow(/hunter2/);
  await wrong.close();
});

it('records acts for root alone, survives a torn line, and one act at a time', async () => {
  const site = await loadSite(fleet.lab.siteFile);
  const journal = hostJournal(remote, site, 'bernini');
  const act = (epoch: number) => ({
    epoch,
    run: 'run-1',
    at: '2027-02-03T00:00:00Z',
    activity: 'drainHost',
    workflow: '',
  });
  expect(await journal.append(act(1))).toBeNull();
  await exec(`printf '2 run-1 {"epo' >>/root/btrfs-toplevel/semester/acts`);
  expect(await journal.append(act(2))).toEqual({ epoch: 1, run: 'run-1' });
  const many = await Promise.all([3, 4, 5, 6].map((epoch) => journal.append(act(epoch))));
  expect(new Set(many.map((last) => last?.epoch)).size).toBe(4);
  const epochs = async (after: number) => new Set((await journal.after(after)).map(({ epoch }) => epoch));
  expect([await epochs(0), await epochs(4)]).toEqual([new Set([1, 2, 3, 4, 5, 6]), new Set([5, 6])]);
  expect(await exec('stat -c "%U %a" /root/btrfs-toplevel/semester')).toBe('root 700');
});

it('deletes records of ended jobs that are old, and no others', async () => {
  const [top, folder] = jobsOf(await loadSite(fleet.lab.siteFile), 'bernini');
  const purge = (what: string) => remote.run('bernini', { name: 'purge-records', args: [top, folder, '86400', what] });
  expect(Number(await purge('count'))).toBe(0);
  await exec(`mkdir -p ${top}/${folder}`);
  const before = await exec(`ls ${top}/${folder}`);
  await exec(`cd ${top}/${folder}; mkdir semester-old semester-runs semester-new; touch semester-{old,new}/finished
    touch -d '2 days ago' semester-old/finished semester-runs`);
  expect([await purge('count'), await purge('delete'), await purge('count')].map(Number)).toEqual([1, 1, 0]);
  await exec(`cd ${top}/${folder}; rmdir semester-runs; rm -r semester-new`);
  expect(await exec(`ls ${top}/${folder}`)).toBe(before);
});
