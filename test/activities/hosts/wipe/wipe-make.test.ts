import { expect, test } from 'vitest';
import { createSiteActivities } from '../../../../activities/site/activities.ts';
import { makeWipePlan, type WipePlanInput } from '../../../../activities/hosts/wipe/wipe-make.ts';
import { demandProofs } from '../../../../activities/hosts/wipe/wipe-proofs.ts';
import type { Tree, TreeEntry } from '../../../../activities/hosts/wipe/tree.ts';
import type { Store } from '../../../../activities/store/store.ts';
import { templates } from '../../mail/fixtures.ts';
import { wipeGate } from '../../../../domain/gates/wipe.ts';
import { digestOf } from '../../../../domain/digest.ts';
import { readMessages } from '../../../../texts/messages.ts';
import type { Site } from '../../../../domain/site.ts';
import type { WipeProofs } from '../../../../domain/proof.ts';
import { holdsContract } from '../../../support/contract.ts';

const PEOPLE = 10_000;
const HOSTS = ['asahi', 'bernini', 'cojito', 'derby', 'eggnog', 'faust'];
const user = (n: number) => `user${String(n).padStart(5, '0')}`;
const tree = (length = PEOPLE): Tree => ({
  entries: Array.from({ length }, (_, n) => ({
    name: user(n),
    uid: 2e3 + n,
    owner: user(n),
    object: `inode ${n}`,
    born: '1800000000.000000000',
    bytes: 1e9 + n,
    newest: 18e8,
    files: 100,
  })),
  mounts: [],
  free: 10 ** 12,
  inside: [],
});
const site = {
  language: 'ko',
  zone: 'Asia/Seoul',
  storage: { name: 'oloroso' },
  name: 'lab',
  layout: {
    home: '/csehome',
    docker: '/local/.docker',
    alsoWipe: [] as string[],
  },
  wipe: { trash: 'P14D', minFree: 10 },
} as unknown as Site;
const facts = { name: 'b', path: '/b', uuid: 'u', readOnly: true as const, generation: 1, nested: 0 };
const backup = { what: 'backup' as const, at: '2027-02-11T00:00:00Z', summary: '', facts, how: 'service' as const };

const say = await readMessages({ templates }, 'ko');

/** Notices of all but every `step`th person. */
const ledger = (step: number): WipePlanInput['ledger'] =>
  Array.from({ length: PEOPLE }, (_, n) => ({
    semester: 's',
    kind: 'notice-0',
    edition: 0,
    person: user(n),
    messageId: '',
    answer: '250 ok',
    state: n % step === 0 ? ('bounced' as const) : ('sent' as const),
    at: '2027-02-01T00:00:00Z',
  }));
const planOf = (step: number, homes = tree()) =>
  makeWipePlan({
    site,
    say,
    semester: 's',
    edition: 0,
    backup,
    kept: [
      {
        user: user(7),
        reason: 'professor',
      },
    ],
    accounts: [{ user: user(7), uids: [2007] }],
    trees: HOSTS.map((host) => ({
      host,
      docker: tree(),
      also: new Map<string, Tree>(),
      stays: [],
    })),
    homes,
    logins: new Map(),
    ledger: ledger(step),
    at: new Date('2027-02-11T00:00:00Z'),
  });

test('10,000 homes on six hosts: the summary is a few KB, and the pages hold everything and give the digest again', async () => {
  const { plan, refOf } = planOf(1000);
  const digest = digestOf(plan.binding);
  const ref = refOf(digest);
  expect(ref).toMatchObject({
    total: PEOPLE - 1,
    confirm: `oloroso ${PEOPLE - 1}`,
    counts: { docker: 6 * (PEOPLE - 1) },
  });
  expect(ref.waivable).toEqual(Array.from({ length: 10 }, (_, n) => user(n * 1000)));
  expect(Buffer.byteLength(JSON.stringify(ref))).toBeLessThan(8 * 1024);

  const store = { showPlan: async () => plan } as unknown as Store;
  const activities = holdsContract(createSiteActivities({ site: async () => site, store }));
  let binding = '';
  let observed = '';
  for (let page = 0, pages = 1; page < pages; page++) {
    const part = await activities.readPlanPage({ digest, page });
    ({ pages } = part);
    expect(Buffer.byteLength(part.binding)).toBeLessThanOrEqual(256 * 1024);
    binding += part.binding;
    expect(Buffer.byteLength(part.observed ?? '')).toBeLessThanOrEqual(256 * 1024);
    observed += part.observed ?? '';
  }
  expect(digestOf(JSON.parse(binding))).toBe(digest);
  expect(Object.keys((JSON.parse(observed) as { homes: object }).homes)).toHaveLength(PEOPLE - 1);
});

test('another home, owner, object, directory, host, exempt person or backup is another plan; sizes, times and logins are not', () => {
  const input: WipePlanInput = {
    site,
    say,
    semester: 's',
    edition: 0,
    backup,
    kept: [],
    accounts: [],
    ledger: [],
    logins: new Map(),
    at: new Date(0),
    homes: {
      entries: tree().entries.slice(0, 3),
      mounts: [],
      free: 1,
      inside: [],
    },
    trees: [
      {
        host: 'asahi',
        docker: tree(2),
        also: new Map(),
        stays: [],
      },
    ],
  };
  const digest = (changes: Partial<WipePlanInput> = {}) =>
    digestOf(makeWipePlan({ ...input, ...changes }).plan.binding);
  const entries = (change: (list: TreeEntry[]) => readonly TreeEntry[]): Partial<WipePlanInput> => ({
    homes: { ...input.homes, entries: change([...input.homes.entries]) },
  });
  const [first, second, third] = input.homes.entries as [TreeEntry, TreeEntry, TreeEntry];
  const same: Partial<WipePlanInput>[] = [
    entries(() => [{ ...first, bytes: 1, files: 7, newest: 9 }, second, third]),
    { homes: { ...input.homes, free: 77 } },
    { logins: new Map([[first.owner, 5]]), at: new Date(5) },
  ];
  const others: Partial<WipePlanInput>[] = [
    entries((list) => [...list, { ...first, name: 'zoe', owner: 'zoe' }]),
    entries((list) => list.slice(1)),
    entries(() => [{ ...first, owner: 'zoe' }, second, third]),
    entries(() => [{ ...first, uid: 7 }, second, third]),
    entries(() => [{ ...first, object: 'subvolume 256' }, second, third]),
    entries(() => [{ ...first, born: '1800000000.000000001' }, second, third]),
    { trees: [{ ...input.trees[0]!, docker: tree(3) }] },
    { trees: [...input.trees, { ...input.trees[0]!, host: 'bernini' }] },
    { trees: [{ ...input.trees[0]!, also: new Map([['/local/scratch', tree(1)]]) }] },
    { kept: [{ user: first.name, reason: 'thesis' }] },
    { accounts: [{ user: 'prof', uids: [] }] },
    { accounts: [{ user: 'prof', uids: [2001] }] },
    { backup: { ...backup, facts: { ...facts, uuid: 'v' } } },
    { ledger: [{ ...ledger(1000)[1]!, person: second.owner }] },
    { site: { ...site, storage: { ...site.storage, name: 'pinga' } } },
    { site: { ...site, wipe: { ...site.wipe, trash: 'off' } } },
  ];
  expect(same.map(digest)).toEqual(same.map(() => digest()));
  const digests = others.map(digest);
  expect(new Set([digest(), ...digests]).size).toBe(1 + others.length);
});

test('files of an exempt account below the first level of an entry are named before approval', () => {
  const homes = {
    ...tree(2),
    inside: [
      { name: user(0), uid: 1500, files: 3 },
      { name: 'prof', uid: 1500, files: 9 },
    ],
  };
  const docker = { ...tree(2), inside: [{ name: user(1), uid: 1501, files: 1 }] };
  const { refOf } = makeWipePlan({
    site,
    say,
    semester: 's',
    edition: 0,
    backup,
    kept: [{ user: 'prof', reason: 'professor' }],
    accounts: [
      { user: 'postdoc', uids: [1501] },
      { user: 'prof', uids: [1500] },
    ],
    ledger: ledger(2),
    logins: new Map(),
    at: new Date(0),
    homes,
    trees: [{ host: 'asahi', docker, also: new Map(), stays: [] }],
  });
  const named = refOf('d').warnings.filter((line) => /prof|postdoc/.test(line));
  expect(named).toEqual([
    expect.stringMatching(/oloroso: \/csehome\/user00000 .*prof.*3/),
    expect.stringMatching(/asahi: \/local\/.docker\/user00001 .*postdoc.*1/),
  ]);
});

test('what an exempt account owns under another name is named in full, and needs a waiver, wherever it lies', () => {
  const [one, ...rest] = tree(30).entries as [TreeEntry, ...TreeEntry[]];
  const of = (name: string, uid: number, owner: string): TreeEntry => ({ ...one, name, uid, owner });
  const imagenet = of('imagenet', 1500, 'prof');
  // This host does not know the account's name.
  const registry = of('lab-registry', 1500, '1500');
  const strangers = rest.map((entry) => ({ ...entry, name: `${entry.name}-data` }));
  const place = (entries: readonly TreeEntry[]): Tree => ({ entries, mounts: [], free: 2 ** 40, inside: [] });
  const { plan, refOf } = makeWipePlan({
    site,
    say,
    semester: 's',
    edition: 0,
    backup,
    kept: [
      { user: 'prof', reason: 'professor' },
      { user: 'postdoc', reason: 'thesis' },
    ],
    accounts: [
      { user: 'postdoc', uids: [] },
      { user: 'prof', uids: [1500] },
    ],
    homes: place([of('old-prof', 1500, 'prof'), of('prof', 1500, 'prof'), ...strangers]),
    trees: [
      {
        host: 'asahi',
        docker: place([registry]),
        also: new Map([['/local/scratch', place([imagenet])]]),
        stays: [],
      },
    ],
    logins: new Map(),
    ledger: strangers.map(({ owner }) => ({ ...ledger(1000)[1]!, person: owner })),
    at: new Date(0),
  });
  const { binding, observed } = plan;
  expect(binding.homes.map(({ name }) => name)).not.toContain('prof');
  expect(binding).toMatchObject({ exemptOwned: ['prof'], unnoticed: [] });
  const ref = refOf('sha256:0');
  expect(ref).toMatchObject({ waivable: ['prof'], counts: { exemptOwned: 3 } });
  for (const path of ['/csehome/old-prof', '/local/.docker/lab-registry', '/local/scratch/imagenet'])
    expect(ref.warnings.join('\n')).toContain(path);
  expect(ref.warnings.join('\n')).toContain('postdoc');
  // All in the plan, with the line on the trash, and in the status a number of those that are left out.
  expect(observed.warnings).toHaveLength(1 + 3 + 1 + strangers.length);
  expect(ref.warnings).toHaveLength(10);
  expect(ref.warnings.at(-1)).toContain(String(observed.warnings.length - 9));
  const lines = wipeGate.show(binding).inFull.join(' ');
  for (const { name, owner } of [imagenet, ...strangers]) expect(lines).toContain(`${name} (${owner})`);

  const proofs = { lockout: { what: 'lockout' }, absence: [], backup } as unknown as WipeProofs;
  const waiving = (waived: readonly string[]) => () => demandProofs(binding, { ...proofs, waived }, [], site);
  expect(waiving([])).toThrow(/an approval waived prof by name: they are exempt/);
  expect(waiving(['prof'])).not.toThrow();
});

test('a full file system is named: a home that cannot be moved aside is deleted in its place', () => {
  const warningsAt = (free: number) => planOf(1000, { ...tree(3), free }).plan.observed.warnings.join('\n');
  expect(warningsAt(2 ** 29)).toMatch(/oloroso.* 512/);
  expect(warningsAt(2 ** 31)).not.toMatch(/oloroso.* 512|2.0 GiB/);
});

test('no notice at all: the summary stays small, and what it asks to waive is what the wipe demands', () => {
  const { plan, refOf } = planOf(1);
  const ref = refOf('sha256:0');
  expect(Buffer.byteLength(JSON.stringify(ref))).toBeLessThan(16 * 1024);
  expect(plan.binding.unnoticed).toHaveLength(PEOPLE - 1);
  const proofs = { lockout: { what: 'lockout' }, absence: [], backup } as unknown as WipeProofs;
  const waiving = (waived: readonly string[]) => () => demandProofs(plan.binding, { ...proofs, waived }, [], site);
  expect(ref.waivable).toEqual([`all:${PEOPLE - 1}`]);
  expect(waiving(ref.waivable)).not.toThrow();
  expect(waiving([`all:${PEOPLE}`])).toThrow(/a notice reached user00000, .* and \d+ more/);
  expect(waiving(plan.binding.unnoticed.slice(1))).toThrow(/a notice reached user00000,/);
  expect(waiving(plan.binding.unnoticed)).not.toThrow();
});

test('if the site has a replica, the wipe demands this backup there', () => {
  const { plan } = planOf(1);
  const proofs = { lockout: { what: 'lockout' }, absence: [], backup, waived: plan.binding.unnoticed };
  const replicaSite = { ...site, replica: { name: 'pinga' } as NonNullable<Site['replica']> };
  const demanding = (replica: unknown) => () =>
    demandProofs(plan.binding, { ...proofs, replica } as unknown as WipeProofs, [], replicaSite);
  const facts = { host: 'pinga', uuid: backup.facts.uuid };
  for (const missing of [undefined, null, { what: 'a guess', facts }]) {
    expect(demanding(missing)).toThrow(/the backup is on pinga too\. Retry to drain/);
  }
  expect(demanding({ what: 'replica', facts: { ...facts, uuid: 'of an older one' } })).toThrow(/on pinga/);
  expect(demanding({ what: 'replica', facts: { ...facts, host: 'another' } })).toThrow(/on pinga/);
  expect(demanding({ what: 'replica', facts })).not.toThrow();
});

test.each([
  ['P14D', 'Moved to the trash for P14D on asahi', '2027-02-25까지'],
  ['off', 'Deleted on asahi', '삭제하는 즉시 사라집니다'],
])(
  'approvers see what becomes of Docker data with wipe.trash %s, and until when it comes back',
  (trash, line, warning) => {
    const ledger: WipePlanInput['ledger'] = [];
    const trees = [{ host: 'asahi', docker: tree(2), also: new Map<string, Tree>(), stays: [] }];
    const shared = {
      say,
      semester: 's',
      edition: 0,
      backup,
      kept: [],
      accounts: [],
      ledger,
      logins: new Map<string, number>(),
      trees,
    };
    const { plan, refOf } = makeWipePlan({
      ...shared,
      site: { ...site, wipe: { ...site.wipe, trash } },
      homes: tree(1),
      at: new Date('2027-02-11T00:00:00Z'),
    });
    expect(wipeGate.inFull?.(plan.binding).join('\n')).toContain(`${line} below /local/.docker`);
    expect(refOf('sha256:0').warnings.join('\n')).toContain(warning);
  },
);
