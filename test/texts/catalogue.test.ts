import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCatalogue, type Catalogue } from '../../texts/catalogue.ts';
import { keyTypes, variablesOf } from '../../texts/key-types.ts';
import type { MessageKey, MessageValue } from '../../texts/keys.ts';
import { readMessages } from '../../texts/messages.ts';
import { templates } from '../activities/mail/fixtures.ts';

const root = join(import.meta.dirname, '../..');
const catalogue = async (language: 'ko' | 'en'): Promise<Catalogue> => (await readCatalogue(templates, language))!;
const [ko, en] = await Promise.all([catalogue('ko'), catalogue('en')]);

test('both languages have the same keys, in the same order', () => {
  expect([...ko.keys()]).toEqual([...en.keys()]);
});

test.each([...en.keys()])('%s uses the same variables in both languages', (key) => {
  expect(variablesOf(ko.get(key)?.source ?? '')).toEqual(variablesOf(en.get(key)!.source));
});

test('the types of the keys match the catalogue (else: npm run messages)', async () => {
  expect(await readFile(join(root, 'texts', 'keys.ts'), 'utf8')).toBe(keyTypes(en));
});

const folders = ['activities', 'client', 'texts'];
const files = (
  await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true })).map((file) => join(folder, file)),
    ),
  )
).flat();
const sources = await Promise.all(
  files
    .filter((file) => file.endsWith('.ts') && file !== join('texts', 'keys.ts'))
    .map(async (file) => ({ file, code: await readFile(join(root, file), 'utf8') })),
);

test('no code contains Korean text; the survey reader knows the header of a Korean form', () => {
  const korean = sources.filter(({ code }) => /[가-힣]/.test(code)).map(({ file }) => file);
  expect(korean).toEqual([join('activities', 'survey', 'csv.ts')]);
});

test('every key is used', () => {
  const code = sources.map((source) => source.code).join('\n');
  const literals = new Set([...code.matchAll(/say\(\s*'([^']+)'/g)].map(([, key]) => key));
  // The compiler demands a key for each value of the variable.
  const families = [...code.matchAll(/say\(\s*`([\w.]+\.)\$\{/g)].map(([, prefix = '']) => prefix);
  const unused = [...en.keys()].filter(
    (key) =>
      // Recorded sentences are found by their text.
      !key.startsWith('recorded.') &&
      !literals.has(key) &&
      !families.some((prefix) => key.slice(0, key.lastIndexOf('.') + 1) === prefix),
  );
  expect(unused).toEqual([]);
});

/** A value of the kind that the text needs: a list for `names` and `.size`, a number for `plural`, else a word. */
function sample(source: string, name: string): MessageValue {
  const list = new RegExp(`\\b${name}(\\.size|\\s*\\|\\s*names)`).test(source);
  if (list) return ['one', 'two'];
  return new RegExp(`\\b${name}\\s*\\|\\s*plural`).test(source) ? 2 : `<${name}>`;
}

describe.each(['ko', 'en'] as const)('in %s', async (language) => {
  const texts = language === 'ko' ? ko : en;
  const say = (await readMessages({ templates }, language)) as (key: string, data?: object) => string;

  test.each([...texts.keys()])('%s renders on one line, without an unfilled variable', (key) => {
    const { source } = texts.get(key)!;
    const english = en.get(key)!.source;
    const data = Object.fromEntries(variablesOf(source).map((name) => [name, sample(english, name)]));
    const text = say(key, data);
    expect(text.trim()).toBe(text);
    expect(text).not.toMatch(/\n| {2}|undefined|null|\[object/);
    if (key !== 'publish.liquid') expect(text).not.toMatch(/[{}]/);
    expect(text).not.toBe('');
    if (language === 'en') expect(text).not.toMatch(/[가-힣]/);
  });
});

const say = await readMessages({ templates }, 'en');
const list = (count: number) => Array.from({ length: count }, (_, n) => `x${n}`);

/** Each text that counts, with its expected result for 0, 1 and 2. */
const COUNTED: Partial<
  Record<MessageKey, (n: number) => readonly [text: string, zero: RegExp, one: RegExp, two: RegExp]>
> = {
  'notice.headline': (people) => [
    say('notice.headline', { people, deadline: 'D' }),
    /0 people/,
    /1 person /,
    /2 people/,
  ],
  'notice.corrected': (people) => [
    say('notice.corrected', { people, deadline: 'D', was: 'W' }),
    /0 people/,
    /1 person /,
    /2 people/,
  ],
  'notice.noAddressMore': (count) => [
    say('notice.noAddressMore', { count }),
    /0 more have/,
    /1 more has/,
    /2 more have/,
  ],
  'notice.alreadyMailed': (n) => [
    say('notice.alreadyMailed', { people: list(n), left: 4 }),
    /0 people have/,
    /1 person has/,
    /2 people have/,
  ],
  'notice.implied': (count) => [
    say('notice.implied', { count, people: list(count), via: 'major', group: 'gpu' }),
    /0 of these recipients are no members of gpu/,
    /1 of these recipients is no member of gpu/,
    /2 of these recipients are no members of gpu/,
  ],
  'removal.implied': (count) => [
    say('removal.implied', { count, people: list(count), via: 'major', group: 'gpu' }),
    /^0 people can/,
    /^1 person can/,
    /^2 people can/,
  ],
  'removal.headline': (count) => [
    say('removal.headline', { count, group: 'gpu' }),
    /0 members leave/,
    /1 member leaves/,
    /2 members leave/,
  ],
  'wipe.headline': (n) => [
    say('wipe.headline', { homes: n, docker: n, hosts: n, storage: 's', backup: 'b' }),
    /0 homes .* 0 Docker directories on 0 GPU servers/,
    /1 home .* 1 Docker directory on 1 GPU server\./,
    /2 homes .* 2 Docker directories on 2 GPU servers/,
  ],
  'wipe.row': (files) => [
    say('wipe.row', { files, name: 'n', size: 's', changed: 'c', login: null, noticed: null, state: null }),
    /0 files/,
    /1 file,/,
    /2 files/,
  ],
  'wipe.unnoticed': (n) => [say('wipe.unnoticed', { owners: list(n) }), /0 owners/, /1 owner:/, /2 owners/],
  'wipe.exemptInside': (files) => [
    say('wipe.exemptInside', { host: 'h', dir: 'd', name: 'n', owner: 'o', files }),
    /0 files/,
    /1 file /,
    /2 files/,
  ],
  'wipe.more': (count) => [say('wipe.more', { count }), /0 more warnings/, /1 more warning:/, /2 more warnings/],
  'prune.headline': (count) => [say('prune.headline', { count, storage: 's' }), /0 backups/, /1 backup /, /2 backups/],
  'prune.row': (nested) => [
    say('prune.row', { name: 'n', until: 'u', nested }),
    /0 nested subvolumes/,
    /1 nested subvolume$/,
    /2 nested subvolumes/,
  ],
  'restore.headline': (homes) => [
    say('restore.headline', { homes, backup: 'b', storage: 's', folder: 'f' }),
    /0 homes/,
    /1 home /,
    /2 homes/,
  ],
  'restoreDocker.headline': (n) => [
    say('restoreDocker.headline', { directories: n, hosts: n, user: 'u' }),
    /0 Docker directories of u on 0 GPU servers /,
    /1 Docker directory of u on 1 GPU server /,
    /2 Docker directories of u on 2 GPU servers /,
  ],
  'rollout.headline': (n) => [
    say('rollout.headline', { image: 'i', leader: 'l', followers: list(n), packages: n, files: n }),
    /then reboot; 0 packages and 0 other files/,
    /then reboots; 1 package and 1 other file /,
    /then reboot; 2 packages and 2 other files/,
  ],
  'rollout.lost': (n) => [say('rollout.lost', { host: 'h', things: list(n) }), /0 things/, /1 thing /, /2 things/],
  'rollout.more': (count) => [
    say('rollout.more', { count }),
    /0 more differences between hosts are/,
    /1 more difference between hosts is/,
    /2 more differences between hosts are/,
  ],
  'rollout.unmerged': (n) => [
    say('rollout.unmerged', { leader: 'l', files: list(n) }),
    /0 unmerged configuration files/,
    /1 unmerged configuration file:/,
    /2 unmerged configuration files/,
  ],
  'rollout.clashes': (n) => [
    say('rollout.clashes', { ranges: list(n), ids: list(1) }),
    /^0 Docker ranges contain ids/,
    /^1 Docker range contains ids/,
    /^2 Docker ranges contain ids/,
  ],
  'rollout.foreign': (n) => [
    say('rollout.foreign', { leader: 'l', packages: list(n) }),
    /0 packages .* are .* were not/,
    /1 package .* is .* was not/,
    /2 packages .* were not/,
  ],
  'rollout.lacking': (n) => [
    say('rollout.lacking', { hosts: list(n), parent: 'p' }),
    /lack p and get /,
    /lacks p and gets /,
    /lack p and get /,
  ],
  'rollback.headline': (hosts) => [say('rollback.headline', { hosts, reason: 'r' }), /0 hosts/, /1 host /, /2 hosts/],
  'applications.headline': (count) => [
    say('applications.headline', { count }),
    /0 applicants are/,
    /1 applicant is/,
    /2 applicants are/,
  ],
  'doctor.looks': (hosts) => [say('doctor.looks', { hosts }), /0 hosts/, /1 host /, /2 hosts/],
  'doctor.total': (n) => [
    say('doctor.total', { checks: n, site: 's', wrong: 0, warnings: n, cleaned: null, rest: 0, hidden: false }),
    /^0 checks .* 0 warnings/,
    /^1 check of .* 1 warning,/,
    /^2 checks .* 2 warnings/,
  ],
  'doctor.trash.holds': (entries) => [
    say('doctor.trash.holds', { path: 'p', entries, size: 's', from: 'f', to: 'f', unnamed: null }),
    /0 entries/,
    /1 entry,/,
    /2 entries/,
  ],
  'doctor.trash.late': (entries) => [
    say('doctor.trash.late', { path: 'p', entries }),
    /0 entries/,
    /1 entry /,
    /2 entries/,
  ],
  'doctor.system.pacman': (packages) => [
    say('doctor.system.pacman', { packages }),
    /0 packages/,
    /1 package$/,
    /2 packages/,
  ],
  'doctor.layout.backups': (backups) => [
    say('doctor.layout.backups', { backups }),
    /0 backups/,
    /1 backup$/,
    /2 backups/,
  ],
  'doctor.idServer.owns': (members) => [
    say('doctor.idServer.owns', { user: 'u', group: 'g', members, pending: 0 }),
    /0 members/,
    /1 member,/,
    /2 members/,
  ],
  'doctor.survey.form': (questions) => [
    say('doctor.survey.form', { title: 't', questions, open: true }),
    /0 questions/,
    /1 question,/,
    /2 questions/,
  ],
  'doctor.survey.answers': (answers) => [
    say('doctor.survey.answers', { answers }),
    /0 answers/,
    /1 answer$/,
    /2 answers/,
  ],
  'doctor.retention.found': (days) => [
    say('doctor.retention.found', { days, hours: 0 }),
    /0 days/,
    /1 day after/,
    /2 days/,
  ],
  'doctor.clocks.here': (seconds) => [say('doctor.clocks.here', { seconds }), /0 seconds/, /1 second$/, /2 seconds/],
  'doctor.clocks.worker': (seconds) => [
    say('doctor.clocks.worker', { seconds }),
    /0 seconds/,
    /1 second$/,
    /2 seconds/,
  ],
  'maintenance.disturbance': (n) => [
    say('maintenance.disturbance', { members: n, hosts: n, when: 'w', hours: null }),
    /0 members are .* 0 hosts reboot one/,
    /1 member is .* 1 host reboots from/,
    /2 members are .* 2 hosts reboot one/,
  ],
};

test.each(Object.entries(COUNTED))('%s has the right plurals for 0, 1 and 2', (_key, of) => {
  for (const n of [0, 1, 2]) {
    const [text, ...expected] = of(n);
    expect(text).toMatch(expected[n]!);
  }
});

test('every text with a plural is in the table above', () => {
  const plural = [...en]
    .filter(([key, { source }]) => !key.startsWith('recorded.') && /\| plural|== 1/.test(source))
    .map(([key]) => key);
  expect(Object.keys(COUNTED).toSorted()).toEqual(plural.toSorted());
});
