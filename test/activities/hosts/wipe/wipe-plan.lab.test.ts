import type { WipeBinding, WipeObserved } from '../../../../domain/gates/wipe.ts';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Plan } from '../../../../domain/plan.ts';
import { refOf, semester } from '../fleet.ts';
import { startHostile } from './hostile.ts';

/** Gate `wipe`: the plan holds every fact that an approver needs. */
let site: Awaited<ReturnType<typeof startHostile>>;

beforeAll(async () => {
  site = await startHostile();
  await site.wipe('the-first');
  await site.exec(
    'cd /csehome; mkdir erin kim; head -c 50000 /dev/urandom >erin/data; touch erin/more; mkdir erin/.ssh; cp bacchus/.ssh/authorized_keys erin/.ssh; chmod 700 erin erin/.ssh; chown -R erin: erin; chown kim: kim',
  );
  await site.lab.exec(
    'asahi',
    'mkdir -p /local/.docker/erin /local/scratch/{erin,bacchus} /local/datasets; touch /local/scratch/erin/x; chown -R erin: /local/.docker/erin /local/scratch/erin',
  );
  const key = { semester: semester.name, kind: 'notice-0', edition: 1, messageId: '<a@b>', answer: null };
  site.ledger.push(
    { ...key, person: 'erin', state: 'sent', at: '2027-02-01T00:00:00.000Z' },
    { ...key, person: 'kim', state: 'bounced', at: '2027-02-01T00:00:00.000Z' },
  );
});
afterAll(async () => {
  await site?.stop();
});

const stored = async () => {
  const ref = await site.plan();
  return { ref, ...(site.plans.get(ref.digest) as Plan<WipeBinding, WipeObserved>) };
};

it("lists size, age, the owner's last login and the notice of every home", async () => {
  const began = Math.floor(Date.now() / 1000);
  const session = await site.lab.login('asahi', 'erin');
  await session.end();
  // Any user can write to the journal what logind would write: neither a login nor a time that no calendar knows counts.
  await site.lab.exec(
    'asahi',
    `forge() { printf 'MESSAGE_ID=8d45620c1a4348dbb17410da57c60c66\\nMESSAGE=New session.\\nUSER_ID=%s\\n' "$1" | runuser -u kim -- logger --journald; }
    forge kim; forge 'kim 99999999999999'; journalctl --sync; journalctl -o export USER_ID=kim | grep -c _UID=`,
  );
  const { ref, binding, observed } = await stored();
  const [uid, inode, born] = (await site.exec("stat -c '%u %i %.9W' /csehome/erin")).split(' ');
  expect(binding.homes).toEqual([
    { name: 'erin', owner: 'erin', uid: Number(uid), object: `inode ${inode}`, born },
    expect.objectContaining({ name: 'kim', owner: 'kim' }),
  ]);
  expect(Number(born)).toBeGreaterThan(1.7e9);
  const { erin, kim } = observed.homes;
  expect(erin).toMatchObject({ notice: { at: '2027-02-01T00:00:00.000Z', state: 'sent' } });
  expect(erin?.files).toBeGreaterThanOrEqual(5);
  expect(erin?.bytes).toBeGreaterThanOrEqual(50_000);
  expect(erin?.lastLogin).toBeGreaterThanOrEqual(began);
  expect(kim).toMatchObject({ lastLogin: null, notice: { at: null, state: 'bounced' } });
  expect(ref.rows[1]).toMatch(/kim.*마지막 로그인 알 수 없음.*안내 없음\(반송됨\)/);
  expect(observed.free['asahi']).toBeGreaterThan(0);
  expect(ref).toMatchObject({ waivable: ['kim'], counts: { homes: 2, unnoticed: 1 } });
});

it('lists what lies beside the Docker data, and deletes it only if the site lists it', async () => {
  const before = await stored();
  expect(before.observed.stays['asahi']).toEqual(expect.arrayContaining(['/local/datasets', '/local/scratch']));
  expect(before.binding.also['asahi']).toEqual({});

  const { siteFile } = site.lab;
  const yaml = parse(await readFile(siteFile, 'utf8')) as { layout?: object };
  await writeFile(siteFile, stringify({ ...yaml, layout: { ...yaml.layout, alsoWipe: ['/local/scratch'] } }));
  const { ref, binding, observed } = await stored();
  expect(binding.also['asahi']).toMatchObject({ '/local/scratch': [{ name: 'erin' }] });
  expect(observed.stays['asahi']).not.toContain('/local/scratch');
  await site.hosts.drainHost({ ref: refOf('drain-again'), host: 'asahi', keep: [] });
  const proof = await site.hosts.wipeDocker({
    ref: refOf('wipe-docker'),
    plan: ref.digest,
    host: 'asahi',
    proofs: site.proofs(ref.waivable),
  });
  expect(proof.summary).toMatch(/gone from \/local\/scratch, moved to the trash until \d{4}-\d\d-\d\d/);
  expect(Date.parse(proof.facts.until ?? '') - Date.now()).toBeGreaterThan(13 * 24 * 3_600_000);
  const left = await site.lab.exec('asahi', 'ls -A /local/.docker /local/scratch /local');
  expect(left).toMatch(/\/local\/scratch:\n\.semester-trash\nbacchus$/m);
  expect(left).toContain('datasets');
  expect(await site.lab.exec('asahi', 'ls /local/scratch/.semester-trash/*/data')).toBe('x');

  // The next plan shows neither what the trash holds nor the trash itself.
  const next = await stored();
  expect(next.binding.also['asahi']).toEqual({ '/local/scratch': [] });
  expect(next.binding.docker['asahi']).toEqual([]);
  expect(next.observed.stays['asahi']).not.toContain('/local/.semester-trash');
});

it('plans nothing below a symbolic link: the wipe would refuse it after the approval', async () => {
  const yaml = parse(await readFile(site.lab.siteFile, 'utf8')) as { layout?: object };
  await site.lab.exec('asahi', 'mkdir /local/elsewhere; ln -s /local/elsewhere /local/linked');
  try {
    await writeFile(site.lab.siteFile, stringify({ ...yaml, layout: { ...yaml.layout, alsoWipe: ['/local/linked'] } }));
    await expect(site.plan()).rejects.toThrow(/\/local\/linked leads to \/local\/elsewhere by a symbolic link/);
  } finally {
    await writeFile(site.lab.siteFile, stringify(yaml));
    await site.lab.exec('asahi', 'rm /local/linked; rmdir /local/elsewhere');
  }
});

it('refuses what a kept account owns under another name, wherever it lies, unless its owner is waived', async () => {
  const { hosts, lab } = site;
  const paths = ['/local/scratch/imagenet', '/local/.docker/lab-registry'];
  await lab.exec(
    'asahi',
    `mkdir ${paths.join(' ')}; touch /local/scratch/imagenet/x; chown -R prof: ${paths.join(' ')}`,
  );
  await site.exec('cd /csehome; mkdir old-prof; chown prof: old-prof');
  const { ref, binding, observed } = await stored();
  expect(binding.exemptOwned).toEqual(['prof']);
  expect(ref.waivable).toContain('prof');
  for (const path of [...paths, '/csehome/old-prof']) expect(observed.warnings.join('\n')).toContain(path);
  await hosts.drainHost({ ref: refOf('drain-owned'), host: 'asahi', keep: [] });
  const docker = (round: number, waived: readonly string[]) =>
    hosts.wipeDocker({ ref: refOf('owned', round), plan: ref.digest, host: 'asahi', proofs: site.proofs(waived) });
  const others = ref.waivable.filter((name) => name !== 'prof');
  await expect(docker(1, others)).rejects.toMatchObject({ type: 'PlanVoid', message: expect.stringContaining('prof') });
  const homes = hosts.wipeHomes({ ref: refOf('owned-homes'), plan: ref.digest, proofs: site.proofs(others) });
  await expect(homes).rejects.toMatchObject({ type: 'PlanVoid', message: expect.stringContaining('prof') });
  expect(await lab.exec('asahi', `ls -d ${paths.join(' ')}`)).toBe(paths.toSorted().join('\n'));
  expect((await docker(2, ref.waivable)).summary).toContain('waived by name: imagenet (prof)');
  await site.exec('rmdir /csehome/old-prof');
});

it('deletes nothing while an owner without a notice is not waived by name', async () => {
  const { ref } = await stored();
  const wipe = (round: number, waived: readonly string[]) =>
    site.hosts.wipeHomes({ ref: refOf('unnoticed', round), plan: ref.digest, proofs: site.proofs(waived) });
  await expect(wipe(1, ['erin'])).rejects.toMatchObject({
    type: 'PlanVoid',
    message: expect.stringContaining('kim'),
  });
  expect(await site.homes()).toBe('bacchus\nerin\nkim\nprof');
  await wipe(2, ['kim']);
  expect(await site.homes()).toBe('bacchus\nprof');
});
