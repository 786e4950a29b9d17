import { expect, test } from 'vitest';
import { imageChanges, type ImageChanges } from '../../../../activities/hosts/leader/image-changes.ts';
import { planRollout } from '../../../../activities/hosts/rollout/rollout.ts';
import { parseRootState } from '../../../../activities/hosts/leader/root-state.ts';
import type { HostDependencies } from '../../../../activities/hosts/dependencies.ts';
import { templates } from '../../mail/fixtures.ts';
import { digestOf } from '../../../../domain/digest.ts';
import type { Language } from '../../../../domain/names.ts';
import type { Plan } from '../../../../domain/plan.ts';
import type { Proof } from '../../../../domain/proof.ts';
import { fakeRemote } from '../fake-remote.ts';
import type { CanaryHealth } from '../../../../activities/hosts/rollout/contract.ts';

const facts = { name: 'i', path: '/i.zst', snapshotUuid: 'u', parent: 'p', bytes: 7, sha256: 's', changes: 1 };
const image: Proof<'image'> = { what: 'image', at: '', summary: '', facts, how: 'service' };
const known: ImageChanges = {
  packages: [{ name: 'linux', before: '1', after: '2', hosts: ['bernini', 'cojito'] }],
  files: [],
  compared: 2,
  silent: ['derby'],
  lacking: ['cojito'],
  differences: [
    { kind: 'unit', name: 'license.service', change: 'lost', hosts: ['cojito'] },
    { kind: 'account', name: 'new', change: 'brought', hosts: ['bernini', 'cojito'] },
  ],
  different: 5,
  unmerged: ['/etc/pacman.conf.pacnew'],
  foreign: ['cuda-local 12-1'],
};
const healthy: CanaryHealth = { host: 'bernini', healthy: true, summary: 'bernini runs i' };

function plan(a: { language?: Language; ranges?: (host: string) => string; down?: string } = {}) {
  const { language = 'en', ranges = () => '', down } = a;
  const plans: Plan[] = [];
  const deps = {
    site: async () => ({ language, templates, update: { checks: ['nvidia-smi', 'test -e /data'] } }),
    remote: {
      ...fakeRemote((_script, host) => ranges(host)),
      reachable: async (host: string) => host !== down,
    },
    store: {
      getNamed: async (name: string) => (name === imageChanges('i') ? known : null),
      putPlan: async (one: Plan) => (plans.push(one), digestOf(one.binding)),
    },
  } as unknown as HostDependencies;
  return { plans, make: (changes = {}) => planRollout(deps)({ ...ask, canary: healthy, ...changes }) };
}
const ask = { leader: 'asahi', image, followers: ['bernini', 'cojito', 'derby'], waves: [['cojito'], ['derby']] };

test('shows hosts, order, canary state and every change; the plan binds the actions, not the observations', async () => {
  const { plans, make } = plan();
  const ref = await make();
  expect(ref.rows).toEqual([
    'canary bernini: healthy — bernini runs i',
    'wave 1: cojito',
    'wave 2: derby',
    'linux 1 → 2',
    '- unit license.service (cojito)',
    '+ account new (bernini, cojito)',
  ]);
  expect(plans[0]?.binding).toMatchObject({
    image: 'i',
    sha256: 's',
    leader: 'asahi',
    canary: 'bernini',
    waves: ask.waves,
  });
  const sick = await make({ canary: { ...healthy, healthy: false } });
  expect(sick.digest).toBe(ref.digest);
  for (const changes of [{ waves: [['cojito', 'derby']] }, { canary: null }, { leader: 'cojito' }]) {
    expect((await make(changes)).digest).not.toBe(ref.digest);
  }
});

test('lists the warnings first: a sick canary, then lost, unmerged, foreign, lacking, silent', async () => {
  const { make } = plan();
  const { warnings } = await make({ canary: { ...healthy, healthy: false, summary: 'sshd did not start' } });
  const parts = ['sshd did not start', 'license.service', '3 more', 'pacnew', 'cuda-local', 'full image', 'derby'];
  expect(warnings).toHaveLength(parts.length);
  parts.forEach((part, at) => expect(warnings[at]).toContain(part));
  const korean = await plan({ language: 'ko' }).make();
  for (const line of [korean.headline, ...korean.warnings, ...korean.rows.slice(0, 3)]) expect(line).toMatch(/[가-힣]/);
});

test('hosts on which a user has another range stop the plan', async () => {
  const ranges = (host: string) => `subuid dave ${host === 'cojito' ? 9 : 1}00000 65536`;
  await expect(plan({ ranges }).make()).rejects.toThrow(/dave has more than one range/);
});

test('names Docker ranges that contain ids of accounts which any host knows, in both languages', async () => {
  const ranges = (host: string) =>
    ['subuid', 'subgid'].map((file) => `${file} dave 100000 65536`).join('\n') +
    (host === 'derby' ? '\nid 100600' : '');
  const { warnings } = await plan({ ranges }).make();
  expect(warnings[0]).toMatch(
    /^1 Docker range contains ids of real accounts or groups: dave 100000:65536 \(100600\)\..* correct \/etc\/subuid/,
  );
  const korean = await plan({ ranges, language: 'ko' }).make();
  expect(korean.warnings[0]).toMatch(/^Docker용 .* dave 100000:65536 \(100600\)\. .*고쳐 주세요$/);
});

test('a host that is down now is named, and does not stop the plan', async () => {
  const ranges = (host: string) => `subuid dave ${host === 'cojito' ? 9 : 1}00000 65536`;
  const { warnings } = await plan({ ranges, down: 'cojito' }).make();
  expect(warnings.at(-1)).toBe('cojito does not answer now: it receives the image when it answers again.');
});

test('a check of the site that fails already is named by host, before the image is held responsible', async () => {
  const ranges = (host: string) => (host === 'derby' ? 'failed_check_1=yes' : '');
  const { warnings } = await plan({ ranges }).make();
  expect(warnings.filter((line) => line.includes('fails already'))).toEqual([
    'derby fails already, before the image: test -e /data. This is not held against the image; repair it on derby',
  ]);
});

test('reports when there is nothing new', async () => {
  const ref = await plan().make({ image: { ...image, facts: { ...facts, changes: 0 } } });
  expect(ref).toMatchObject({ empty: true, headline: expect.stringMatching(/^Nothing has changed/) });
});

test('parses a root’s state with any names in it', () => {
  const fields = ['file', '/etc/a b\nc', 'x', 'owner', '/etc/d', 'docker', 'modified', '/etc/d', '', 'noise', 'n', ''];
  const state = parseRootState(Buffer.from(fields.map((field) => `${field}\0`).join('')).toString('base64'));
  expect([...state.entries.file]).toEqual([['/etc/a%20b%0Ac', 'x']]);
  expect(state.owners.get('/etc/d')).toBe('docker');
  expect(state.modified.has('/etc/d')).toBe(true);
});
