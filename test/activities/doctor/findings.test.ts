import { loginsOf } from '../../../activities/doctor/findings.ts';
import { describe, expect, test } from 'vitest';
import { bootOf } from '../../../activities/doctor/boot.ts';
import { judgeRights, neededColumns } from '../../../activities/doctor/database.ts';
import { clockOf, imagesOf, spaceOf } from '../../../activities/doctor/findings.ts';
import { checkExempt } from '../../../activities/doctor/exempt.ts';
import { checkSystem } from '../../../activities/doctor/hosts.ts';
import { refuse, tryAgain } from '../../../activities/failures.ts';
import { leftoverRow } from '../../../activities/doctor/leftovers.ts';
import { recordTrash, trashLeftBehind } from '../../../activities/hosts/trash/places.ts';
import { overlayOf } from '../../../activities/store/overlay.ts';
import type { Store } from '../../../activities/store/store.ts';
import { trashOf } from '../../../activities/doctor/trash.ts';
import type { Trash, Trashed } from '../../../activities/hosts/trash/trash.ts';
import { fakeRemote } from '../hosts/fake-remote.ts';
import { checkSecrets, type DoctorSecrets } from '../../../activities/doctor/secrets.ts';
import { checkStateDir } from '../../../activities/doctor/services.ts';
import { signersOf } from '../../../activities/doctor/signers.ts';
import type { Site } from '../../../domain/site.ts';
import { readMessages } from '../../../texts/messages.ts';
import { templates } from '../mail/fixtures.ts';

const say = await readMessages({ templates }, 'en');

const at = (seconds: number) => `clock=${1_800_000_000 + seconds}.500000000\n`;

test.each([
  [0, undefined, '0.0 s'],
  [4, undefined, '3.5 s'],
  [30, 'warning', '30 s ahead of'],
  [-90, 'wrong', '90 s behind'],
])('a clock that is %d s off', (seconds, state, found) => {
  const answered = 1_800_000_000_000 + 1000;
  const finding = clockOf(say, at(seconds), 1_800_000_000_000, answered);
  expect(finding.found).toContain(found);
  expect(finding.state === 'ok' ? undefined : finding.state).toBe(state);
});

test('the worker names the room in its own folder, and that it does not see the disk of PostgreSQL', async () => {
  const [own, apart, none] = await Promise.all([
    checkStateDir(say, '/tmp', undefined),
    checkStateDir(say, '/tmp', 'postgres://db'),
    checkStateDir(say, '/tmp/no-such-folder', undefined),
  ]);
  expect(own.found).toMatch(/^free: \/tmp .* of /);
  expect(apart.found).toContain('PostgreSQL is not seen');
  expect(none.state).toBe('skipped');
});

test('a missing clock is an error, not midnight in 1970', () => expect(clockOf(say, '', 1, 2).state).toBe('wrong'));

test.each([
  [50, 'ok'],
  [9, 'warning'],
  [1, 'wrong'],
])('%d %% free: %s', (percent, state) => {
  expect(spaceOf(say, `space=80 100 /\nspace=${percent} 100 /csehome\n`)).toMatchObject({
    state,
    found: `free: / 80 B of 100 B, /csehome ${percent} B of 100 B`,
  });
});

test('images: the folder that will hold them, or the command to type', () => {
  const images = '/csehome/bacchus/images';
  const account = { account: 'bacchus', owner: 'root', place: '/csehome/bacchus' };
  expect(imagesOf(say, images, 'oloroso', { ...account, writable: 'true' }).found).toBe(
    'can be made in /csehome/bacchus',
  );
  expect(imagesOf(say, images, 'oloroso', { ...account, writable: 'false' })).toMatchObject({
    state: 'wrong',
    remedy: 'on oloroso: install -d -o bacchus /csehome/bacchus/images',
  });
});

test.each([
  ['left', 'wrong', 'semester doctor --fix'],
  ['by-hand', 'wrong', 'rm it'],
  ['busy', 'ok', ''],
  ['cleaned', 'cleaned', ''],
  ['failed', 'wrong', 'on asahi: rm it'],
])('a left-over that is %s', (said, state, remedy) => {
  expect(leftoverRow(say, 'asahi', 'part', '/x.part', said, '')).toMatchObject({ where: 'asahi', state, remedy });
  expect(leftoverRow(say, 'asahi', 'part', '/x.part', said, '').found).not.toContain('()');
});

test('a database role has the SELECT grants, cannot write, and is not a superuser', () => {
  const table = (name: string, columns: string, writes = false) => ({
    table: name,
    columns: columns.split(' '),
    writes,
  });
  const site = (source: 'postgres' | 'csv', nestedGroups: 'database' | 'none') =>
    neededColumns({
      addresses: { source },
      idServer: { nestedGroups },
      applications: { rules: [] },
    } as unknown as Site);
  const needed = site('postgres', 'database');
  const tables = Object.entries(needed).map(([name, columns]) => table(name, columns.join(' ')));
  const judged = (some: typeof tables, role = { role: 'reader', high: false }) => judgeRights(say, needed, some, role);
  expect(Object.keys(needed).toSorted()).toEqual([
    'email_addresses',
    'group_reachable_cache',
    'group_relations',
    'groups',
    'user_memberships',
    'users',
  ]);
  expect(Object.keys(site('postgres', 'none')).toSorted()).toEqual(['email_addresses', 'users']);
  expect(site('csv', 'none')).toEqual({});
  expect(judged(tables).state).toBeUndefined();
  expect(judged(tables.filter((one) => one.table !== 'users'))).toMatchObject({
    state: 'wrong',
    remedy: 'there: grant select (idx, username, name, preferred_language) on users to reader',
  });
  expect(judged(tables, { role: 'admin', high: true }).found).toContain('may make roles');
  const writes = [
    ...tables.filter((one) => one.table !== 'users'),
    table('users', 'idx username name preferred_language', true),
  ];
  expect(judged(writes, { role: 'w', high: false }).found).toBe('w may write users');
});

test('credentials: the site decides which are necessary, and no finding contains a value', async () => {
  const host = { name: 'asahi', sudo: 'password' };
  const site = {
    stateDir: '/state',
    storage: { name: 'oloroso', sudo: 'nopasswd' },
    hosts: [host],
    addresses: { source: 'csv' },
    idServer: { nestedGroups: 'none' },
    applications: { rules: [] },
    mail: { username: 'gpu' },
    encryption: 'required',
    notify: { webhook: false },
    survey: { source: 'csv', csv: 'https://example.org/a.csv' },
    homepage: { publish: 'push' },
  } as unknown as Site;
  const rows = await checkSecrets(say, site, { sshKey: 'hunter2 is no key', idPassword: 'hunter3' });
  expect(Object.fromEntries(rows.map(({ where, state }) => [where, state]))).toEqual({
    SEMESTER_SSH_KEY: 'wrong',
    SEMESTER_SSH_PASSWORD: 'wrong',
    SEMESTER_ID_PASSWORD: 'ok',
    SEMESTER_ID_DATABASE_URL: 'skipped',
    SEMESTER_SMTP_PASSWORD: 'wrong',
    SEMESTER_SURVEY_TOKEN: 'wrong',
    SEMESTER_GOOGLE_CLIENT_ID: 'skipped',
    SEMESTER_GOOGLE_CLIENT_SECRET: 'skipped',
    SEMESTER_GOOGLE_REFRESH_TOKEN: 'skipped',
    SEMESTER_GOOGLE_KEY: 'skipped',
    SEMESTER_GITHUB_TOKEN: 'skipped',
    SEMESTER_WEBHOOK_URL: 'skipped',
    SEMESTER_PAYLOAD_KEYS: 'wrong',
    SEMESTER_DATABASE_URL: 'ok',
  });
  expect(rows.find(({ where }) => where === 'SEMESTER_SSH_PASSWORD')?.found).toContain('sudo asks for it on asahi');
  expect(JSON.stringify(rows)).not.toContain('hunter');
});

test('credentials: Google needs the three OAuth values, or the key of a service account', async () => {
  const site = {
    storage: { sudo: 'nopasswd' },
    hosts: [],
    addresses: { source: 'csv' },
    mail: {},
    notify: {},
    survey: { source: 'google' },
    homepage: { publish: 'pull-request' },
  } as unknown as Site;
  const wrong = async (secrets: DoctorSecrets) =>
    (await checkSecrets(say, site, { sshKey: 'x', idPassword: 'x', ...secrets })).flatMap(({ where, state }) =>
      state === 'wrong' && /GOOGLE|GITHUB/.test(where) ? [where.replace('SEMESTER_', '')] : [],
    );
  expect(await wrong({ googleClientId: 'x' })).toEqual([
    'GOOGLE_CLIENT_SECRET',
    'GOOGLE_REFRESH_TOKEN',
    'GITHUB_TOKEN',
  ]);
  expect(await wrong({ googleKey: '{}', githubToken: 'x' })).toEqual([]);
});

test('allowed signers: every approver has a line for this namespace', () => {
  const text = [
    '# approvers',
    'kim,kim@example.org namespaces="file,gpu-semester" ssh-ed25519 AAAAkim',
    'lee namespaces="git" ssh-ed25519 AAAAlee',
    'park ssh-ed25519 AAAApark of park',
    '',
  ].join('\n');
  expect(signersOf(say, text, ['kim', 'park']).state).toBeUndefined();
  expect(signersOf(say, text, ['kim', 'lee', 'choi'])).toMatchObject({ state: 'wrong', found: 'no key for lee, choi' });
  expect(signersOf(say, `${text}* ssh-ed25519 AAAAany\n`, ['kim'])).toMatchObject({
    state: 'wrong',
    found: expect.stringContaining('the pattern * matches several names') as string,
  });
  // Two names with one key are not two people.
  const shared = `${text}lee ssh-ed25519 AAAAkim of lee\nnobody ssh-ed25519 AAAApark\n`;
  expect(signersOf(say, shared, ['kim', 'lee', 'park'])).toMatchObject({
    state: 'wrong',
    found: expect.stringContaining('kim and lee share a key') as string,
  });
  expect(signersOf(say, shared, ['lee', 'park']).state).toBeUndefined();
});

test('the trash: how much, until when, and what is wrong with it', () => {
  const now = 1_800_000_000;
  const entry = (state: Trashed['state'], until: number) => ({ id: 'ab', state, until }) as Trashed;
  const of = (part: Partial<Trash>) =>
    trashOf(
      say,
      [{ directory: '/local/.docker', state: 'ours', free: 1, size: 2, bytes: 2048, now, entries: [], ...part }],
      { zone: 'Asia/Seoul', named: ['/local/.docker'] },
    );
  expect(of({ state: 'none' })).toEqual({ state: 'ok', found: 'empty', remedy: '' });
  const day = 86_400;
  expect(of({ entries: [entry('kept', now + day), entry('kept', now + 3 * day)] })).toEqual({
    state: 'ok',
    found:
      '/local/.docker/.semester-trash: 2 entries, 2.0 KiB, counted in the quotas of their owners; deleted on 2027-01-16 to 2027-01-18',
    remedy: '',
  });
  expect(of({ directory: '/local/old', entries: [entry('kept', now)] }).found).toMatch(
    /^\/local\/old\/.* although site.yaml no longer names \/local\/old$/,
  );
  expect(of({ bytes: null, entries: [entry('kept', now)] }).found).toContain('1 entry, size not measured');
  expect(of({ entries: [entry('deleting', now - 2 * day)] })).toMatchObject({
    state: 'warning',
    found: expect.stringContaining('1 entry should be gone by now'),
  });
  expect(of({ entries: [entry('unreadable', 0)] })).toMatchObject({
    state: 'warning',
    found: expect.stringContaining('no record of ab'),
  });
  expect(of({ state: 'foreign' })).toMatchObject({ state: 'wrong', remedy: expect.stringContaining('move it away') });
});

test.each([
  ['linux 6.12\nfilesystem 2026.1\n', 'ok', 'pacman, 2 packages'],
  ['', 'wrong', 'pacman knows no package on asahi: another system manages them'],
  [refuse('CommandFailed', 'pacman: command not found'), 'wrong', 'pacman does not list the packages of asahi'],
  [tryAgain('Unreachable', 'asahi does not answer'), 'warning', 'not known: asahi does not'],
] as const)('a server that the service cannot update is wrong before a start', async (answer, state, found) => {
  const run = async () => {
    if (typeof answer !== 'string') throw answer;
    return answer;
  };
  const row = await checkSystem(say, { run }, 'asahi');
  expect(row).toMatchObject({ check: 'system', where: 'asahi', state, found: expect.stringContaining(found) });
  if (state === 'wrong') expect(row.remedy).toContain('Arch Linux only');
});

test('closed logins are named with the command that opens them', () => {
  expect(loginsOf(say, 'clock=1\nclosed=\n', 'asahi')).toEqual({ found: 'open' });
  expect(loginsOf(say, 'clock=1\nclosed=2027-02-10T15:00:00.000Z\n', 'asahi')).toMatchObject({
    state: 'warning',
    found: 'closed since 2027-02-10T15:00:00.000Z',
    remedy: expect.stringContaining('semester host open asahi') as string,
  });
});

test('the trash of a host that left site.yaml is named: nobody else knows that data of users lies there', async () => {
  const store = overlayOf({ getNamed: async () => null } as unknown as Store);
  const host = (name: string) => ({ name }) as Site['hosts'][number];
  const site = { storage: host('oloroso'), hosts: [host('asahi')], excluded: [host('cojito')] } as unknown as Site;
  for (const name of ['oloroso', 'asahi', 'cojito', 'derby']) await recordTrash(store, name, '/local/.docker');
  expect(await trashLeftBehind(store, site)).toEqual([
    {
      host: 'derby',
      paths: ['/local/.docker/.semester-trash'],
    },
  ]);
});

test('exempt accounts that no GPU server knows are named, and no host is made to learn them', async () => {
  const site = (keep: readonly string[]) =>
    ({
      hosts: [{ name: 'asahi' }, { name: 'bernini' }],
      protected: ['root', 'bacchus'],
      keep: keep.map((user) => ({ user, reason: 'professor' })),
      accounts: { sync: 'sync-accounts' },
    }) as unknown as Site;
  const look = (known: Readonly<Record<string, readonly string[]>>) => {
    return fakeRemote(({ args, input = '' }, host) => {
      expect(args).toEqual([]);
      const there = known[host];
      if (there === undefined) throw tryAgain('Unreachable', `${host} does not answer`);
      const asked = String(input)
        .split('\n')
        .filter((user) => user !== '');
      return asked.flatMap((user) => (there.includes(user) ? [] : [`unknown ${user}\n`])).join('');
    });
  };
  const known = ['root', 'bacchus', 'prof'];
  expect(await checkExempt(say, site(['prof']), look({ asahi: known, bernini: known }))).toMatchObject({ state: 'ok' });
  expect(await checkExempt(say, site(['porf']), look({ asahi: known, bernini: known }))).toMatchObject({
    state: 'warning',
    found: 'no GPU server knows porf',
    remedy: expect.stringContaining('keep or protected of site.yaml'),
  });
  // A host that has not learned an account yet is no mistake in the name.
  expect(await checkExempt(say, site(['prof']), look({ asahi: known, bernini: ['root', 'bacchus'] }))).toMatchObject({
    state: 'ok',
  });
  expect(await checkExempt(say, site(['prof']), look({}))).toMatchObject({ state: 'skipped' });
  const oneWrong = fakeRemote((_, host) => {
    if (host === 'bernini') throw refuse('ConfigInvalid', 'the password of sudo is wrong');
    return 'unknown porf\n';
  });
  expect(await checkExempt(say, site(['porf']), oneWrong)).toMatchObject({ state: 'warning' });
});

describe('boot', () => {
  const able = { obstacles: '', boot_next: '', watchdog: 'iTCO_wdt', initramfs: 'systemd' };
  const look = (facts: Readonly<Record<string, string>>) =>
    bootOf(
      say,
      Object.entries({ ...able, ...facts })
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
      'asahi',
    );

  test('a host that boots a new root once', () => {
    const { state, found } = look({});
    expect(state).toBeUndefined();
    expect(found).toMatch(/^a roll-out boots the new root once \(BootNext\); .*hardware watchdog: iTCO_wdt$/);
  });

  test('one that switches before its boot, why, and what is not covered', () => {
    expect(look({ obstacles: 'firmware,partitions' }).found).toMatch(
      /^a roll-out switches the root before the boot: it is a BIOS.*, it does not have exactly one EFI.*not covered: .*panics/,
    );
    // A word of a newer script.
    expect(look({ obstacles: 'other' }).found).toContain('before the boot: other;');
  });

  test('no watchdog, and an initramfs that opens a shell', () => {
    const { found } = look({ watchdog: '', initramfs: 'busybox' });
    expect(found).toMatch(
      /hardware watchdog: none; not covered: .*hangs; mkinitcpio's initramfs opens a shell if it finds no root$/,
    );
  });

  test('a kernel that an update replaced, as on a leader that was not rebooted, is a warning', () => {
    expect(look({ kernel: '6.1.0' })).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(/^the kernel 6\.1\.0 runs, and the root has no modules of it/),
      remedy: expect.stringContaining('reboot'),
    });
  });

  test('an entry that somebody set for the next boot is a warning', () => {
    expect(look({ boot_next: '0003' })).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('entry 0003'),
    });
  });

  test('a container, and an answer that is not one', () => {
    expect(look({ container: 'yes' })).toEqual({ found: expect.stringMatching(/^a container, /) });
    expect(bootOf(say, '', 'asahi').state).toBe('wrong');
  });
});

test('a Korean reader gets every finding and remedy in Korean; names, paths and commands stay', async () => {
  const ko = await readMessages({ templates }, 'ko');
  const trash = {
    directory: '/local/.docker',
    state: 'foreign',
    free: 1,
    size: 2,
    bytes: null,
    now: 1_800_000_000,
    entries: [
      { id: 'a', state: 'kept', until: 1_700_000_000 },
      { id: 'b', state: 'unreadable', until: 0 },
    ] as unknown as Trash['entries'],
  };
  const site = {
    stateDir: '/state',
    storage: { name: 'oloroso' },
    hosts: [{ name: 'asahi', sudo: 'password' }],
  } as unknown as Site;
  const rows = [
    bootOf(ko, 'obstacles=firmware,stub\nkernel=6\nboot_next=0003\n', 'asahi'),
    clockOf(ko, at(-90), 1_800_000_000_000, 1_800_000_001_000),
    loginsOf(ko, 'closed=2027-02-10T15:00:00.000Z\n', 'asahi'),
    spaceOf(ko, 'space=1 100 /\n'),
    imagesOf(ko, '/images', 'oloroso', { account: 'bacchus', owner: 'root', place: '/', writable: 'false' }),
    trashOf(ko, [trash], { zone: 'Asia/Seoul', named: [] }),
    signersOf(ko, '', ['kim']),
    judgeRights(ko, { users: ['idx'] }, [], { role: 'reader', high: true }),
    leftoverRow(ko, 'asahi', 'receive', '/x', 'failed', ''),
    await checkSystem(ko, { run: async () => '' }, 'asahi'),
    ...(await checkSecrets(
      ko,
      {
        ...site,
        mail: {},
        survey: {},
        homepage: {},
        notify: {},
        addresses: {},
        idServer: {},
        applications: { rules: [] },
      } as unknown as Site,
      { sshKey: 'none' },
    )),
  ];
  for (const { found, remedy } of rows) {
    expect(found).toMatch(/[가-힣]/);
    if (remedy !== undefined && remedy !== '') expect(remedy).toMatch(/[가-힣]/);
  }
});
