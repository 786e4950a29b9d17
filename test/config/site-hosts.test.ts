import { siteRejects, type Case } from './files.ts';

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
