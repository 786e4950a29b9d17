import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Proof } from '../../../domain/proof.ts';
import type { PlanRef } from '../../../domain/plan.ts';
import type { Usage } from '../../../activities/hosts/wipe/usage.ts';
import { lockedOut, refOf, semester, startFleet } from './fleet.ts';
import type { WipeProofs } from '../../../domain/proof.ts';

/** R3 to R5 in the runbook's order, on one lab. Each part needs the one before. */
let fleet: Awaited<ReturnType<typeof startFleet>>;
const keep = [{ user: 'prof', reason: 'professor' }];
const HOSTS = ['oloroso', 'asahi', 'bernini'];

beforeAll(async () => {
  fleet = await startFleet({ name: 'hosts', hosts: ['asahi', 'bernini'] });
});
afterAll(async () => {
  await fleet?.stop();
});

it('measures homes and Docker data, and names the hosts that it could not measure', async () => {
  const { lab, hosts, plans } = fleet;
  await lab.exec('asahi', 'mkdir -p /local/.docker/ara && head -c 100000 /dev/zero >/local/.docker/ara/layer');
  await lab.linkDown('bernini');
  const measured = await hosts
    .measureUsage({ ref: refOf('usage') })
    .catch((error: unknown) => ({ digest: String(error) }));
  await lab.linkUp('bernini');
  const usage = plans.get(measured.digest) as Usage;
  expect(usage.unreachable).toEqual(['bernini']);
  expect(usage.homes['ara']).toBeGreaterThan(180_000);
  expect(usage.docker['asahi']?.['ara']).toBeGreaterThanOrEqual(100_000);
});

describe('drain', () => {
  it('proves absence by the process list, and names the users who are present', async () => {
    const { lab, hosts } = fleet;
    const { pid } = await lab.login('asahi', 'erin');
    const failure = hosts.proveAbsence({ host: 'asahi', keep });
    await expect(failure).rejects.toMatchObject({ type: 'ProofMissing', nonRetryable: true });
    await expect(failure).rejects.toThrow(`erin (trainer, process ${pid})`);
    expect(await lab.exec('asahi', `ps -o user= -p ${pid}`)).toBe('erin');
  });

  it('lists the users of the GPUs', async () => {
    const uses = await fleet.hosts.gpuUsers({ host: 'asahi' });
    expect(uses).toEqual([expect.objectContaining({ host: 'asahi', user: 'erin', gpu: '0: NVIDIA GeForce RTX 3090' })]);
  });

  it('ends sessions, lingering managers and strays, and leaves exempt users and the system alone', async () => {
    const { lab, hosts } = fleet;
    const prof = await lab.login('asahi', 'prof');
    await lab.exec('asahi', 'loginctl enable-linger olivia');
    await expect.poll(() => lab.exec('asahi', 'systemctl is-active user@$(id -u olivia) || true')).toBe('active');
    const range = Number((await lab.exec('asahi', 'head -n 1 /etc/subuid')).split(':')[1]);
    // A container's process outside any session, and a process that ignores TERM.
    await lab.exec('asahi', `systemd-run -q --unit=stray1 setpriv --reuid=${range + 7} --clear-groups sleep 5000`);
    await lab.exec('asahi', `systemd-run -q --unit=stray3 --uid=kim bash -c "trap '' TERM; while :; do sleep 1; done"`);
    // A range that overlaps systemd's, and processes in systemd's range.
    await lab.exec(
      'asahi',
      'cp /etc/subuid /run/subuid; echo olivia:61000:5000 >>/run/subuid; mount --bind /run/subuid /etc/subuid',
    );
    await lab.exec('asahi', 'systemd-run -q --unit=stray2 setpriv --reuid=61200 --clear-groups sleep 5000');
    await lab.exec('asahi', 'systemd-run -q --unit=dynamic -p DynamicUser=yes sleep 5000');
    await lab.exec('asahi', 'systemd-run -q --unit=service --uid=65534 sleep 5000');

    await expect.poll(() => lab.exec('asahi', `pgrep -c -u ${range + 7},61200 sleep || true`)).toBe('2');

    const proof = await hosts.drainHost({ ref: refOf('drain-asahi'), host: 'asahi', keep });

    expect(proof.facts).toMatchObject({ host: 'asahi', processes: 0 });
    expect(proof.facts.bootId).toBe(await lab.exec('asahi', 'cat /proc/sys/kernel/random/boot_id'));
    const others = `ps -eo uid=,user=,pid=,unit=,comm= | awk '$1 >= 1000 && $1 != 65534 && $2 != "prof" && $4 != "dynamic.service"'`;
    expect(await lab.exec('asahi', others)).toBe('');
    expect(await lab.exec('asahi', `ps -o user= -p ${prof.pid}`)).toBe('prof');
    expect(await lab.exec('asahi', 'systemctl is-active service dynamic; umount /etc/subuid')).toBe('active\nactive');
    expect(await lab.exec('asahi', 'ls /var/lib/systemd/linger')).toBe('');
    // The activity is safe to run twice, and an exempt user's session does not stop it.
    await hosts.drainHost({ ref: refOf('drain-asahi'), host: 'asahi', keep });
    await prof.end();
  });
});

describe('wipe', () => {
  let backup: Proof<'backup'>;
  let absence: Proof<'absence'>[];
  let plan: PlanRef;
  const proofs = (): WipeProofs => ({ keep, lockout: lockedOut, absence, backup, waived: plan?.waivable ?? [] });

  beforeAll(async () => {
    await fleet.lab.exec(
      'oloroso',
      `set -e; cd /csehome
      # Everything that makes a plain rm -rf fail or go too far.
      btrfs -q subvolume create ara/outer; btrfs -q subvolume create ara/outer/inner; echo deep >ara/outer/inner/file
      btrfs -q subvolume snapshot -r ara/outer ara/frozen
      mkdir ara/locked; btrfs -q subvolume create ara/locked/sub; echo x >ara/locked/file; chattr +i ara/locked/file ara/locked
      echo log >dave/log; chattr +a dave/log
      ln -s /csehome/bacchus erin/theirs; ln -s bacchus linked
      mkdir bacchus2; echo no >bacchus2/file
      mkdir "$(printf 'two\\nlines')" ./-rf "$(printf '\\377')"`,
    );
    absence = await Promise.all(
      HOSTS.map((host) => fleet.hosts.drainHost({ ref: refOf(`drain-${host}`), host, keep })),
    );
  });

  it('backs up once, with nested subvolumes', async () => {
    const { lab, hosts } = fleet;
    const since =
      absence
        .map(({ at }) => at)
        .sort()
        .at(-1) ?? '';
    backup = await hosts.takeBackup({ ref: refOf('backup'), since });
    expect(backup).toMatchObject({ how: 'service', facts: { readOnly: true, nested: 5 } });
    expect(backup.facts.name).toMatch(/^\d{4}-\d\d-\d\d-wipe$/);
    const { path, uuid } = backup.facts;
    expect(await lab.exec('oloroso', `btrfs subvolume show ${path}`)).toContain(uuid);
    expect(await lab.exec('oloroso', `btrfs property get -ts ${path} ro`)).toBe('ro=true');
    expect(await lab.exec('oloroso', `cat ${path}/dave/log; grep -rl deep ${path}.nested | wc -l`)).toBe('log\n1');
    const again = await hosts.takeBackup({ ref: refOf('backup'), since });
    expect(again).toMatchObject({ how: 'found', facts: { uuid } });
  });

  it('makes another backup when the last is older than the last process', async () => {
    const { lab, hosts } = fleet;
    const second = await hosts.takeBackup({ ref: refOf('backup', 2), since: new Date().toISOString() });
    expect(second.facts.name).toBe(`${backup.facts.name}-2`);
    expect(second.facts.uuid).not.toBe(backup.facts.uuid);
    const byHand = hosts.takeBackup({ ref: refOf('backup', 3, true), since: second.at });
    await expect(byHand).rejects.toThrow(/no read-only snapshot .* newer than/);
    expect(await lab.exec('oloroso', `ls ${backup.facts.path}-3 2>&1 || true`)).toContain('No such file');
  });

  it('plans every home by its bytes, without the protected and the exempt', async () => {
    const { hosts } = fleet;
    plan = await hosts.planWipe({ semester, edition: 1, keep, backup });
    const again = await hosts.planWipe({ semester, edition: 1, keep, backup });
    expect(again.digest).toBe(plan.digest);
    const binding = (fleet.plans.get(plan.digest) as { binding: { homes: { name: string }[]; docker: object } })
      .binding;
    const names = binding.homes.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['ara', 'bacchus2', 'linked', '-rf', 'two%0Alines', '%FF']));
    for (const name of ['bacchus', 'prof']) expect(names).not.toContain(name);
    expect(binding.docker).toHaveProperty('asahi', expect.arrayContaining([expect.objectContaining({ name: 'ara' })]));
    expect(plan).toMatchObject({ empty: false, total: names.length, confirm: `oloroso ${names.length}` });
    expect(plan.rows).toHaveLength(10);
  });

  it('deletes nothing without the proofs', async () => {
    const { hosts, lab } = fleet;
    const before = await lab.exec('oloroso', 'ls -A /csehome | wc -l');
    const attempt = (changed: Partial<WipeProofs>) =>
      hosts.wipeHomes({ ref: refOf('wipe-homes'), plan: plan.digest, proofs: { ...proofs(), ...changed } });
    await expect(attempt({ absence: absence.slice(1) })).rejects.toThrow(/no process of a user is on oloroso/);
    await expect(attempt({ lockout: { ...lockedOut, ...JSON.parse('{"what":"a guess"}') } })).rejects.toThrow(
      /that only exempt accounts are in the group/,
    );
    const late = absence.map((one) => ({ ...one, at: new Date(Date.now() + 60_000).toISOString() }));
    await expect(attempt({ absence: late })).rejects.toThrow(/backup newer than/);
    const other = { ...backup, facts: { ...backup.facts, uuid: 'another' } };
    await expect(attempt({ backup: other })).rejects.toMatchObject({ type: 'PlanVoid' });
    await expect(attempt({ keep: [...keep, { user: 'ara', reason: 'extended' }] })).rejects.toThrow(/ara .*exempt now/);
    const { path } = backup.facts;
    await lab.exec('oloroso', `btrfs property set -ts ${path} ro false`);
    await expect(attempt({})).rejects.toThrow(/is no longer valid.*read-only false/);
    await lab.exec('oloroso', `btrfs property set -ts ${path} ro true`);
    const kim = await lab.login('bernini', 'kim');
    await expect(attempt({})).rejects.toThrow(/kim \(trainer/);
    await kim.end();
    await hosts.drainHost({ ref: refOf('drain-bernini', 2), host: 'bernini', keep });
    expect(await lab.exec('oloroso', 'ls -A /csehome | wc -l')).toBe(before);
  });

  it('deletes what was approved, and nothing else', async () => {
    const { hosts, lab } = fleet;
    await lab.exec('oloroso', 'mkdir /csehome/newcomer');
    const proof = await hosts.wipeHomes({ ref: refOf('wipe-homes', 2), plan: plan.digest, proofs: proofs() });
    expect(await lab.exec('oloroso', 'ls -A /csehome')).toBe('bacchus\nnewcomer\nprof');
    expect(proof.summary).toContain('not approved and left alone: newcomer');
    expect(proof.facts).toMatchObject({ host: 'oloroso', appeared: 1 });
    expect(await lab.exec('oloroso', 'ls /csehome/bacchus')).toContain('NOTES.md');
    expect(await lab.exec('oloroso', 'cat /csehome/prof/README.txt')).not.toBe('');
    expect(await lab.exec('oloroso', 'btrfs subvolume list -o /csehome')).toBe('');
    expect(await lab.exec('oloroso', `cat ${backup.facts.path}/ara/locked/file`)).toBe('x');
    const again = await hosts.wipeHomes({ ref: refOf('wipe-homes', 2), plan: plan.digest, proofs: proofs() });
    expect(again.how).toBe('found');
  });

  it('stops a deferred wipe that runs on its host, and names what is left', async () => {
    const { hosts, lab } = fleet;
    const data = () => lab.exec('asahi', 'ls -A /local/.docker');
    const before = await data();
    // The wipe waits for its lock, which another process holds.
    await lab.exec(
      'asahi',
      'install -d -m 700 /run/semester; systemd-run -qG --unit=another flock /run/semester/wipe.lock sleep 5000',
    );
    await expect.poll(() => lab.exec('asahi', 'pgrep -x flock || true')).not.toBe('');
    const ref = { ...refOf('deferred-wipe-docker'), workflow: 'host/asahi/wipe-docker@first-run' };
    const wipe = hosts.wipeDocker({ ref, plan: plan.digest, host: 'asahi', proofs: proofs() }).catch(String);
    await expect.poll(() => lab.exec('asahi', 'pgrep -fx "flock -w 10 8" || true'), { timeout: 30_000 }).not.toBe('');
    const end = { host: 'asahi', plan: plan.digest, keep };
    expect((await hosts.endWipe({ ...end, workflow: 'host/asahi' })).facts.stopped).toBe(0);
    const proof = await hosts.endWipe({ ...end, workflow: 'host/asahi/wipe-docker' });
    expect(proof.facts).toEqual({ host: 'asahi', stopped: 1, left: before.split('\n').length - 2 });
    expect(proof.summary).toMatch(/^asahi: the wipe of Docker data was stopped; .* left: .*\/local\/.docker\/ara/);
    expect(await wipe).toMatch(/wipe .* ended with exit status 143/);
    await lab.exec('asahi', 'systemctl stop another');
    expect(await lab.exec('asahi', 'systemctl list-units --plain --no-legend "semester-*.service"')).toBe('');
    expect(await data()).toBe(before);
  });

  it("wipes Docker data except root's and bacchus's", async () => {
    const { hosts, lab } = fleet;
    await lab.exec(
      'asahi',
      'mkdir -p /local/.docker/{root,bacchus}/keep; btrfs -q subvolume create /local/.docker/ara/volume || true',
    );
    const proof = await hosts.wipeDocker({
      ref: refOf('wipe-docker-asahi'),
      plan: plan.digest,
      host: 'asahi',
      proofs: proofs(),
    });
    expect(proof).toMatchObject({ what: 'docker-wiped', facts: { until: expect.any(String) } });
    expect(await lab.exec('asahi', 'ls -A /local/.docker')).toBe('.semester-trash\nbacchus\nroot');
  });
});

it('prunes backups older than two quarters with their nested subvolumes, and no other', async () => {
  const { hosts, lab } = fleet;
  const folder = '/root/btrfs-toplevel/backups/gpu';
  await lab.exec(
    'oloroso',
    `set -e; mkdir -p ${folder}; cd ${folder}
    for name in 2024-08-11-wipe 2025-02-11-wipe; do btrfs -q subvolume snapshot -r ../../csehome $name; done
    mkdir 2024-08-11-wipe.nested; btrfs -q subvolume snapshot -r ../../csehome 2024-08-11-wipe.nested/1
    btrfs -q subvolume snapshot -r ../../csehome before-the-move`,
  );
  const plan = await hosts.planPrune({ semester, backup: null });
  const names = (fleet.plans.get(plan.digest) as { binding: { backups: { name: string }[] } }).binding.backups;
  expect(names.map(({ name }) => name)).toEqual(expect.arrayContaining(['2024-08-11-wipe', '2025-02-11-wipe']));
  // Another backup under the name of an approved one, and its nested subvolumes.
  await lab.exec(
    'oloroso',
    `cd ${folder} && mv 2024-08-11-wipe kept && mv 2024-08-11-wipe.nested kept.nested && btrfs -q subvolume snapshot -r ../../csehome 2024-08-11-wipe
    mkdir 2024-08-11-wipe.nested && btrfs -q subvolume snapshot -r ../../csehome 2024-08-11-wipe.nested/1`,
  );
  await expect(hosts.prune({ ref: refOf('prune', 7), plan: plan.digest })).rejects.toThrow(
    /2024-08-11-wipe is not the approved snapshot/,
  );
  expect(await lab.exec('oloroso', `ls -d ${folder}/2024-08-11-wipe ${folder}/2024-08-11-wipe.nested/1 | wc -l`)).toBe(
    '2',
  );
  await lab.exec(
    'oloroso',
    `cd ${folder} && btrfs -q subvolume delete 2024-08-11-wipe.nested/1 2024-08-11-wipe && rmdir 2024-08-11-wipe.nested && mv kept 2024-08-11-wipe && mv kept.nested 2024-08-11-wipe.nested`,
  );
  const proof = await hosts.prune({ ref: refOf('prune'), plan: plan.digest });
  expect(proof.facts).toMatchObject({ deleted: plan.total });
  const left = await lab.exec('oloroso', `ls ${folder}`);
  expect(left).toContain('before-the-move');
  expect(left).toMatch(new RegExp(`^${new Date().getUTCFullYear()}-.*-wipe$`, 'm'));
  for (const { name } of names) expect(left).not.toContain(name);
  expect(await hosts.planPrune({ semester, backup: null })).toMatchObject({ empty: true });
});
