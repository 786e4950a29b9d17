import { expect, test } from 'vitest';
import type { Script } from '../../../../activities/hosts/remote/remote.ts';
import { refuse } from '../../../../activities/failures.ts';
import { wipeHomes } from '../../../../activities/hosts/wipe/wipe.ts';
import type { WipeBinding, WipeEntry } from '../../../../domain/gates/wipe.ts';
import type { Store } from '../../../../activities/store/store.ts';
import type { Proof } from '../../../../domain/proof.ts';
import type { Site } from '../../../../domain/site.ts';
import { fakeRemote } from '../fake-remote.ts';
import { entryOf } from '../../../support/plans.ts';
import type { Member } from '../../../../activities/id-server/types.ts';
import type { WipeProofs } from '../../../../domain/proof.ts';

/**
 * Rule 2: every check before the deletion runs, and if one of them fails, the deleting job does not start. Lab tests
 * cover what each check finds on real hosts.
 */
const BACKUP = '2027-02-11-wipe';
const fields = (...words: string[]) => Buffer.from(words.map((word) => `${word}\0`).join('')).toString('base64');
const site = {
  idServer: { group: 'gpu' },
  name: 'lab',
  language: 'en',
  zone: 'Asia/Seoul',
  protected: ['bacchus', 'root'],
  keep: [],
  ssh: { user: 'bacchus' },
  storage: {
    name: 'oloroso',
    address: '127.0.0.1',
  },
  hosts: [
    {
      name: 'asahi',
      address: '127.0.0.1',
    },
  ],
  excluded: [
    {
      name: 'cojito',
      address: '127.0.0.1',
      by: 'kim',
      reason: 'fan',
      at: '',
    },
  ],
  replica: {
    name: 'pinga',
    toplevel: '/top',
    path: 'backups/gpu',
  },
  exports: {
    file: '/etc/exports',
    reload: 'true',
    list: 'true',
  },
  layout: {
    home: '/csehome',
    homeSubvolume: 'csehome',
    toplevel: '/top',
    backups: 'backups/gpu',
    jobs: 'semester',
    docker: '/local/.docker',
    alsoWipe: [],
  },
} as unknown as Site;
const binding = {
  storage: 'oloroso',
  home: '/csehome',
  homes: [entryOf('erin')],
  unnoticed: [],
  backup: 'u',
  kept: [
    { user: 'bacchus', uids: [1000] },
    { user: 'prof', uids: [1500] },
  ],
  exemptOwned: [],
  deferred: [],
  also: {},
  docker: {},
  dockerDirectory: '/local/.docker',
};
const AT = '2027-02-11T00:00:00.000Z';
const absence = ['oloroso', 'asahi'].map((host): Proof<'absence'> => ({
  what: 'absence',
  at: AT,
  summary: '',
  how: 'service',
  facts: {
    host,
    processes: 0,
    bootId: 'b',
    closedSince: AT,
  },
}));
const facts = { name: BACKUP, path: `/top/backups/gpu/${BACKUP}`, uuid: 'u', readOnly: true, generation: 1, nested: 0 };
const proofs = {
  keep: [],
  absence,
  waived: [],
  lockout: {
    what: 'lockout',
    at: AT,
    summary: '',
    facts: {},
    how: 'service',
  },
  backup: {
    what: 'backup',
    at: AT,
    summary: '',
    facts,
    how: 'service',
  },
  replica: {
    what: 'replica',
    at: AT,
    summary: '',
    facts: {
      host: 'pinga',
      uuid: 'u',
    },
    how: 'service',
  },
} as unknown as WipeProofs;

/** A fleet in which every check passes. */
const GOOD: Readonly<Record<string, string>> = {
  drain: 'boot 1234\nexempt bacchus 1000\n',
  'login-lock': `since=${AT}\nchanged=no\ntried=erin\nrefused=lock\n`,
  exports: 'changed=no\nexported=asahi\n',
  'nfs-clients': '10.0.0.1\n',
  addresses: '10.0.0.1\n',
  'look-backup': 'uuid=u\nread_only=true\nnested=0\n',
  'spot-check': 'checked=3\n',
  'list-backups': fields(BACKUP, 'u', 's', '', 'true', '1', '1'),
};

const listed = ({ name, uid, owner, object, born }: WipeEntry) => [
  name,
  String(uid),
  owner,
  object,
  born,
  '0',
  '0',
  '0',
];

/** `there`: the home before the deletion; `after`: what has its name afterwards. */
interface Changed extends Partial<Pick<WipeBinding, 'homes' | 'exemptOwned'>> {
  /** Who is in the group. */
  readonly members?: readonly { readonly uid: number; readonly username: string }[];
  readonly there?: WipeEntry;
  readonly after?: WipeEntry | null;
  readonly fails?: Error;
}

async function wipe(
  found: Readonly<Record<string, string>> = {},
  changed: Partial<WipeProofs> = {},
  { there = entryOf('erin'), after = null, fails, members = [], ...part }: Changed = {},
) {
  let wiped = false;
  const remote = fakeRemote(({ name }: Script, host) => {
    if (name === 'wipe') wiped = true;
    if (name === 'wipe' && fails) throw fails;
    const now = wiped ? after : there;
    if (name === 'list-tree') {
      return fields(...listed(entryOf('bacchus', { uid: 1000 })), ...(now ? listed(now) : []), '', '', '1');
    }
    return found[`${name} ${host}`] ?? found[name] ?? GOOD[name] ?? '';
  });
  const store = {
    getPlan: async () => ({ gate: 'wipe', binding: { ...binding, ...part }, observed: {} }),
    getNamed: async () => null,
    changeNamed: async () => null,
  } as unknown as Store;
  const idServer = { members: async () => members as readonly Member[], implied: async () => [] };
  const act = wipeHomes({ site: async () => site, remote, store, idServer, clock: () => new Date(AT) });
  const ref = { workflow: 'semester/x', step: 'wipe-homes', round: 1, byHand: false };
  const ended = await act({ ref, plan: 'sha256:0', proofs: { ...proofs, ...changed } }).catch(
    (error: unknown) => error,
  );
  return { ended, started: remote.calls.includes('job wipe') };
}

test('with every proof it deletes, and reports it', async () => {
  expect(await wipe()).toMatchObject({ started: true, ended: { what: 'homes-wiped', facts: { deleted: 1 } } });
});

test('nothing is deleted with a member in the group, whatever the proof says', async () => {
  expect(await wipe({}, {}, { members: [{ uid: 2000, username: 'erin' }] })).toMatchObject({
    started: false,
    ended: { type: 'ProofMissing', message: expect.stringMatching(/still in the group gpu \(1\): erin/) },
  });
});

test('the proof names only exempt accounts whose directories it compared', async () => {
  const { ended } = await wipe();
  expect((ended as Proof).summary).toMatch(/gone from \/csehome; still there: bacchus$/);
});

test.each<[string, Partial<WipeEntry>]>([
  ['another inode', { object: 'inode 301' }],
  ['another subvolume', { object: 'subvolume 300' }],
  ['another birth time', { born: '1800000000.000000001' }],
  ['another owner', { owner: 'kim', uid: 2001 }],
])('what has an approved name but %s is not approved: it stays and is named', async (_, other) => {
  const anew = entryOf('erin', other);
  const summary = expect.stringContaining('left alone: erin (another one than the approved)');
  expect(await wipe({}, {}, { there: anew, after: anew })).toMatchObject({
    started: false,
    ended: { how: 'found', summary, facts: { deleted: 0, appeared: 1 } },
  });
  expect(await wipe({}, {}, { after: anew })).toMatchObject({
    started: true,
    ended: { how: 'service', summary, facts: { deleted: 1, appeared: 1 } },
  });
});

test.each<[string, WipeEntry]>([
  ['by name', entryOf('erin', { owner: 'prof', uid: 77 })],
  ['by uid, on a host that does not know the name', entryOf('erin', { owner: '1500', uid: 1500 })],
])('what an exempt account owns %s is deleted only with a waiver', async (_, home) => {
  const part = { homes: [home], there: home };
  const refused = { started: false, ended: { type: 'PlanVoid' } };
  expect(await wipe({}, {}, part)).toMatchObject(refused);
  expect(await wipe({}, {}, { ...part, exemptOwned: ['prof'] })).toMatchObject(refused);
  expect(await wipe({}, { waived: ['erin'] }, part)).toMatchObject(refused);
  expect(await wipe({}, { waived: ['prof'] }, { ...part, exemptOwned: ['prof'] })).toMatchObject({
    started: true,
    ended: { summary: expect.stringContaining('of exempt owners, waived by name: erin (prof)') },
  });
});

test('a backup that the deleting command finds incomplete voids the plan', async () => {
  const why = refuse('CommandFailed', 'oloroso: wipe ended with exit status 65: nothing was deleted: eve/file');
  expect(await wipe({}, {}, { fails: why })).toMatchObject({
    ended: { type: 'PlanVoid', message: expect.stringMatching(/eve\/file\. Retry to back up and ask again/) },
  });
  const other = refuse('CommandFailed', 'oloroso: wipe ended with exit status 1: it cannot be entered');
  expect(await wipe({}, {}, { fails: other })).toMatchObject({ ended: { type: 'CommandFailed' } });
});

test('an approved home that is still there afterwards fails the step', async () => {
  const { ended } = await wipe({}, {}, { after: entryOf('erin') });
  expect(ended).toMatchObject({
    type: 'VerificationFailed',
    message: expect.stringContaining('still in /csehome: erin'),
  });
});

test.each<[string, Readonly<Record<string, string>>, RegExp]>([
  ['a user on a GPU server', { 'drain asahi': 'boot 1\nleft 77 2000 erin python\n' }, /erin \(python, process 77\)/],
  ['a user on the storage host', { 'drain oloroso': 'boot 1\nleft 77 2000 erin vim\n' }, /erin \(vim, process 77\)/],
  ['a host that does not report its processes', { drain: '' }, /drain printed no boot id/],
  ['an sshd that admits users', { 'login-lock asahi': `since=${AT}\nrefused=key\n` }, /have not stayed closed/],
  ['a lock of a later day', { 'login-lock oloroso': 'since=2027-02-12\nrefused=lock\n' }, /have not stayed closed/],
  ['homes that are exported to an excluded host', { exports: 'to=cojito\n' }, /exports \/csehome to cojito/],
  ['an unknown NFS client', { 'nfs-clients': '10.0.0.1\n10.9.9.9\n' }, /10\.9\.9\.9 \(NFS version 4\) uses the NFS/],
  ['an unknown connection', { 'nfs-clients': '10.9.9.9 connection\n' }, /10\.9\.9\.9 \(NFS version 3, or .*its power/],
  ['a missing backup', { 'look-backup': '' }, /it does not exist/],
  ['a backup that is writable', { 'look-backup': 'uuid=u\nread_only=false\nnested=0\n' }, /read-only false/],
  ['another backup of that name', { 'look-backup': 'uuid=v\nread_only=true\nnested=0\n' }, /found UUID v/],
  ['a lost nested subvolume', { 'look-backup': 'uuid=u\nread_only=true\nnested=9\n' }, /9 nested/],
  [
    'a home that is missing in the backup',
    { 'spot-check': 'checked=3\ndiffers: erin/new\n' },
    /does not hold the current state of erin\/new/,
  ],
  ['no copy on the replica', { 'list-backups pinga': '' }, /pinga: not whole/],
])('nothing is deleted with %s', async (_, found, why) => {
  const { ended, started } = await wipe(found);
  expect(String(ended)).toMatch(why);
  expect(started).toBe(false);
});

test.each<[string, Partial<WipeProofs>, RegExp]>([
  [
    'the lock-out',
    { lockout: { ...proofs.lockout, what: 'a guess' as 'lockout' } },
    /that only exempt accounts are in the group/,
  ],
  ['absence on one host', { absence: absence.slice(1) }, /no process of a user is on oloroso/],
  ['a backup newer than the last process', { backup: { ...proofs.backup, at: '2027-02-10T23:59:59Z' } }, /newer than/],
  ['the replica', { replica: null }, /the backup is on pinga too/],
  ['that erin is not exempt', { keep: [{ user: 'erin', reason: 'thesis' }] }, /it deletes erin .*which is exempt now/],
])('nothing is deleted without the proof of %s', async (_, changed, why) => {
  const { ended, started } = await wipe({}, changed);
  expect(ended).toMatchObject({ type: 'PlanVoid' });
  expect(String(ended)).toMatch(why);
  expect(started).toBe(false);
});
