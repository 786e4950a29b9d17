import { expect, test } from 'vitest';
import { changedExample, SITE_EXAMPLE, siteIssues, siteRejects, type Case } from './files.ts';

const HOSTS: readonly Case[] = [
  [
    'a host twice',
    ['name: cojito', 'name: asahi'],
    'hosts[2].name',
    'cojito.snucse',
    'found "asahi", expected a name not used before (line <asahi.snucse>)',
  ],
  [
    'a storage host that is a GPU server',
    ['name: oloroso', 'name: faust'],
    'hosts[5].name',
    'faust.snucse',
    'found "faust", expected a name not used before (line <oloroso.snucse>)',
  ],
  [
    'an address twice',
    ['derby.snucse.org', 'ASAHI.snucse.org'],
    'hosts[3].address',
    'name: derby',
    'an address and port not used before (line <asahi.snucse>)',
  ],
  [
    'the storage address again',
    ['eggnog.snucse.org', 'oloroso.snucse.org'],
    'hosts[4].address',
    'name: eggnog',
    'not used before (line <oloroso.snucse>)',
  ],
  [
    'the worker on a fleet host',
    ['workerHost: sherry.snucse.org', 'workerHost: asahi'],
    'service.workerHost',
    'workerHost',
    'found "asahi", expected a machine outside the fleet; the semester reboots',
  ],
  [
    'the worker on a fleet host by another name',
    ['workerHost: sherry.snucse.org', 'workerHost: Faust.example.org'],
    'service.workerHost',
    'workerHost',
    'found "Faust.example.org", expected a machine outside the fleet',
  ],
  [
    'Temporal on the storage host',
    ['temporalHost: sherry', 'temporalHost: oloroso'],
    'service.temporalHost',
    'temporalHost',
    'a machine outside the fleet',
  ],
  [
    'a leader that is no host',
    ['leader: asahi', 'leader: oloroso'],
    'update.leader',
    'leader: oloroso',
    'found "oloroso", expected one of hosts: asahi, bernini',
  ],
  [
    'a host name that is no DNS label',
    ['name: cojito', 'name: coj_ito'],
    'hosts[2].name',
    'coj_ito',
    'found "coj_ito", expected a short host name (DNS label)',
  ],
  [
    'an address that is none',
    ['oloroso.snucse.org', '10.0.0.300'],
    'storage.address',
    '10.0.0.300',
    'a DNS name or an IP address',
  ],
  [
    'an unknown key',
    ['{ name: asahi,', '{ nmae: asahi,'],
    'hosts[0].nmae',
    'nmae',
    'found an unknown key, expected a known key: did you mean name?',
  ],
  [
    'a host without a name',
    ['{ name: asahi,', '{ nmae: asahi,'],
    'hosts[0].name',
    'nmae',
    'found nothing, expected a short host name',
  ],
  [
    'a port that is none',
    ['port: 587', 'port: 70000'],
    'mail.port',
    'port: 70000',
    'found 70000, expected a port from 1 to 65535',
  ],
  [
    'a wrong kind of section',
    ['storage: { name: oloroso, address: oloroso.snucse.org }', 'storage: oloroso'],
    'storage',
    'storage: oloroso',
    'found "oloroso", expected the keys name, address, port, sudo',
  ],
];

siteRejects(HOSTS);

const LEADER = '  leader: asahi';

/** What stands below `update`, the one key that is wrong, and what is said. */
const UPDATES: readonly (readonly [update: string, key: string, said: string])[] = [
  [
    '  canary: asahy',
    'update.canary',
    'a host that is not the leader: bernini, cojito, derby, eggnog, faust; or false',
  ],
  ['  canary: asahi', 'update.canary', 'a host that is not the leader'],
  ['  canary: oloroso', 'update.canary', 'a host that is not the leader'],
  ["  waves: ['50%', '20%']", 'update.waves[1]', 'more than 50%: a share counts the earlier waves'],
  ['  perHost: [etc]', 'update.perHost[0]', 'files of one host, such as etc/hostname'],
  ["  perHost: ['etc/*']", 'update.perHost[0]', 'files of one host'],
  ["  perHost: ['*/hostname']", 'update.perHost[0]', 'files of one host'],
  ['  perHost: [usr/lib/modules]', 'update.perHost[0]', 'files of one host'],
  ['  perHost: [boot/grub]', 'update.perHost[0]', 'files of one host'],
  ['  perHost: [etc/hostname, /etc/hosts]', 'update.perHost[1]', 'without a leading /'],
  ['  perHost: [etc/netctl/]', 'update.perHost[0]', 'without a / at its end, such as etc/netctl'],
  [
    "  between: { window: { from: '02:00', until: '02:00' } }",
    'update.between.window',
    'at least update.confirmWithin (PT10M)',
  ],
  [
    "  between: { window: { from: '02:00', until: '02:05' } }",
    'update.between.window',
    'at least update.confirmWithin (PT10M)',
  ],
  ['  confirmWithin: PT0.001S', 'update.confirmWithin', 'at least PT10S'],
  ['  confirmWithin: P9D', 'update.confirmWithin', 'at most PT6H'],
];

test.each(UPDATES)('%s is refused', async (update, key, said) => {
  const issues = await siteIssues(await changedExample(SITE_EXAMPLE, [LEADER, `${LEADER}\n${update}`]));
  expect(issues).toMatchObject([{ key, expected: expect.stringContaining(said) }]);
});

test.each([
  'apt-get -y dist-upgrade',
  'sudo DEBIAN_FRONTEND=noninteractive apt upgrade -y',
  'sync && /usr/bin/dnf -y upgrade',
])('a site of another package manager is refused before its start: %s', async (command) => {
  const text = await changedExample(SITE_EXAMPLE, ['  command: pacman -Syu --noconfirm', `  command: ${command}`]);
  expect(await siteIssues(text)).toMatchObject([
    {
      key: 'update.command',
      expected: expect.stringContaining('a command of pacman, not '),
      remedy: expect.stringContaining('Arch Linux'),
    },
  ]);
});

test.each([
  '  canary: faust',
  '  canary: false',
  "  waves: [2, '50%', '100%']",
  '  perHost: [etc/hostname, etc/bacchus/keypair, etc/systemd/network/*.network, usr/local/etc/site.conf]',
  "  between: { window: { from: '23:30', until: '05:00' } }",
])('%s is valid', async (update) => {
  expect(await siteIssues(await changedExample(SITE_EXAMPLE, [LEADER, `${LEADER}\n${update}`]))).toEqual([]);
});
