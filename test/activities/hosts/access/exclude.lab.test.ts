import { wipeGate } from '../../../../domain/gates/wipe.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withoutExcluded } from '../../../../activities/site/excluded-hosts.ts';
import { proveExcluded } from '../../../../activities/hosts/access/exports.ts';
import { createHostActivities } from '../../../../activities/hosts/activities.ts';
import { closeLogins } from '../../../../activities/hosts/access/logins.ts';
import { demandKnownClients } from '../../../../activities/hosts/access/nfs-clients.ts';
import { temporaryStore } from '../../../support/store.ts';
import type { Store } from '../../../../activities/store/store.ts';
import { loadSite } from '../../../../config/load.ts';
import type { PlanRef } from '../../../../domain/plan.ts';
import type { Proof } from '../../../../domain/proof.ts';
import { lockedOut, refOf, semester, startFleet } from '../fleet.ts';
import { holdsContract } from '../../../support/contract.ts';

/** A server that is broken for weeks is excluded, then included again. Each part needs the one before. */
let fleet: Awaited<ReturnType<typeof startFleet>>;
let store: Store;
const clock = () => new Date();
const keep = [{ user: 'prof', reason: 'professor' }];
const site = () => withoutExcluded(() => loadSite(fleet.lab.siteFile), store)();
const hosts = () =>
  holdsContract(
    createHostActivities({
      site,
      remote: fleet.remote,
      store,
      idServer: { members: async () => [], implied: async () => [] },
      clock,
    }),
  );
const drain = (host: string) => hosts().drainHost({ ref: refOf(`drain-${host}`), host, keep });
const exported = () => fleet.lab.exec('oloroso', 'exportfs -s');
let wipe: PlanRef;
const backup: Proof<'backup'> = {
  what: 'backup',
  at: new Date().toISOString(),
  summary: '',
  facts: { name: 'b', path: '/b', uuid: 'u', readOnly: true, generation: 1, nested: 0 },
  how: 'found',
};

beforeAll(async () => {
  [fleet, store] = await Promise.all([startFleet({ name: 'exclude', hosts: ['asahi', 'bernini'] }), temporaryStore()]);
});
afterAll(async () => {
  await Promise.all([fleet?.stop(), store?.close()]);
});

it('refuses the leader and an unknown host', async () => {
  await expect(hosts().planExclude({ host: 'asahi', reason: 'fan' })).rejects.toThrow(/asahi is the leader/);
  await expect(hosts().planExclude({ host: 'pinga', reason: 'fan' })).rejects.toThrow(/no GPU server "pinga"/);
});

it('unexports the homes from a host that is down, and takes that as proof of absence', async () => {
  const { lab } = fleet;
  expect((await hosts().planExclude({ host: 'bernini', reason: 'mainboard' })).warnings.join()).toContain('응답합니다');
  await lab.powerCut('bernini');
  await expect(drain('bernini')).rejects.toMatchObject({ type: 'Unreachable' });

  const plan = await hosts().planExclude({ host: 'bernini', reason: 'mainboard' });
  expect(plan).toMatchObject({ gate: 'exclude', confirm: 'exclude bernini', empty: false });
  expect(await exported()).toContain('bernini(');
  const act = () => hosts().excludeHost({ ref: refOf('exclude-bernini'), plan: plan.digest, by: 'kim' });
  expect(await act()).toMatchObject({ how: 'service' });
  expect(await act()).toMatchObject({ how: 'found' });
  expect(await exported()).toBe('/csehome  asahi(rw,no_subtree_check)');
  expect(await lab.exec('oloroso', 'btrfs property get -ts / ro')).toBe('ro=true');

  const proof = await drain('bernini');
  expect(proof.summary).toBe('bernini is excluded (kim: mainboard): oloroso exports /csehome to asahi');
  const { hosts: left, excluded } = await site();
  expect([left, excluded?.map(({ name }) => name)]).toMatchObject([[{ name: 'asahi' }], ['bernini']]);
});

it('proves nothing while the homes are, or may be, exported to the host', async () => {
  const { lab } = fleet;
  const [bernini] = (await site()).excluded ?? [];
  const entries = ['bernini(rw)', '10.77.0.0/24(rw)', '*(ro)'];
  for (const entry of entries) {
    await lab.exec('oloroso', `cp /run/lab-exports /run/kept; echo '/csehome ${entry}' >>/run/lab-exports`);
    const failure = proveExcluded({ site, remote: fleet.remote, clock }, bernini!);
    await expect(failure).rejects.toMatchObject({ type: 'ProofMissing' });
    await lab.exec('oloroso', 'mv /run/kept /run/lab-exports');
  }
  await hosts().proveAbsence({ host: 'bernini', keep });
});

it("shows the host's deferred task in the plan of a wipe", async () => {
  wipe = await hosts().planWipe({ semester, edition: 1, keep, backup });
  const { binding } = await store.getPlan(wipeGate, wipe.digest);
  expect(binding).toMatchObject({ deferred: ['bernini'], docker: { asahi: expect.anything() } });
  expect(binding).not.toHaveProperty('docker.bernini');
  expect(wipe.warnings.join()).toContain('bernini');
});

it('wipes the host when it is back, with logins closed, before the homes are exported to it again', async () => {
  const { lab } = fleet;
  await lab.powerOn('bernini');
  expect(await lab.exec('bernini', 'ls -A /csehome; ls /local/.docker | wc -l')).not.toBe('2');
  await expect
    .poll(() => closeLogins({ site, remote: fleet.remote, clock })({ ref: refOf('logins'), host: 'bernini', keep }), {
      timeout: 20_000,
    })
    .toMatchObject({
      summary: expect.stringContaining('was refused by the lock'),
    });
  expect(await drain('bernini')).toMatchObject({ summary: expect.stringContaining('no process except of') });
  await lab.exec('bernini', 'mkdir /local/.docker/registry; chown prof: /local/.docker/registry');
  const proofs = { keep, lockout: lockedOut, absence: [], backup, waived: wipe.waivable };
  const done = await hosts().wipeDocker({ ref: refOf('deferred'), plan: wipe.digest, host: 'bernini', proofs });
  expect(done.what).toBe('docker-wiped');
  expect(await lab.exec('bernini', 'ls -A /local/.docker')).toBe('.semester-trash\nbacchus\nregistry\nroot');

  const back = await hosts().includeHost({ ref: refOf('include-bernini'), host: 'bernini' });
  // No semester keeps the storage host's logins closed.
  expect(back).toMatchObject({ how: 'service', facts: { closed: false } });
  expect(await exported()).toContain('bernini(rw,no_subtree_check)');
  expect((await site()).hosts.map(({ name }) => name)).toEqual(['asahi', 'bernini']);
  await lab.powerCut('bernini');
  await lab.powerOn('bernini');
  expect(await lab.exec('bernini', 'ls /csehome')).toContain('bacchus');
});

it('names every NFS client that is not one of the servers', async () => {
  const { lab, remote } = fleet;
  const listen = `import socket; s = socket.create_server(('0.0.0.0', 2049)); k = [s.accept() for _ in range(2)]; s.accept()`;
  await lab.exec('oloroso', `systemd-run -q --unit=nfs python3 -c "${listen}"`);
  const call = `import socket, time; c = socket.create_connection(('10.77.0.10', 2049)); time.sleep(100)`;
  for (const host of ['asahi', 'bernini']) await lab.exec(host, `systemd-run -q python3 -c "${call}"`);
  const peers = () => remote.run('oloroso', { name: 'nfs-clients', args: [] });
  await expect.poll(peers, { timeout: 10_000 }).toBe('10.77.0.11 connection\n10.77.0.12 connection\n');
  const known = await site();
  await demandKnownClients({ remote }, known);
  const without = { ...known, hosts: known.hosts.slice(0, 1) };
  await expect(demandKnownClients({ remote }, without)).rejects.toThrow(
    /10\.77\.0\.12 \(NFS version 3, .*\) uses the NFS server of oloroso/,
  );
});
