import { expect, test } from 'vitest';
import { differencesOf, STATE_KINDS, type RootState, type StateKind } from '../../domain/differences.ts';

function state(
  entries: Partial<Record<StateKind, Record<string, string>>>,
  packages: { owners?: Record<string, string>; modified?: string[] } = {},
): RootState {
  const maps = STATE_KINDS.map((kind) => [kind, new Map(Object.entries(entries[kind] ?? {}))] as const);
  return {
    entries: Object.fromEntries(maps) as unknown as RootState['entries'],
    owners: new Map(Object.entries(packages.owners ?? {})),
    modified: new Set(packages.modified),
  };
}
const on = (root: RootState, ...changed: string[]) => ({ state: root, changed: new Set(changed) });

test('lists lost entries first, then replaced, then brought; equal ones share a line', () => {
  const leader = state({ account: { erin: '1', new: '5' }, unit: { 'sshd.service': 'enabled' } });
  const one = state({ account: { erin: '2', local: '9' }, unit: { 'sshd.service': 'enabled' } });
  const other = state({ account: { erin: '2', new: '5' } });
  expect(differencesOf(leader, { bernini: on(one), cojito: on(other) })).toEqual([
    { kind: 'account', name: 'local', change: 'lost', hosts: ['bernini'] },
    { kind: 'account', name: 'erin', change: 'replaced', hosts: ['bernini', 'cojito'] },
    { kind: 'account', name: 'new', change: 'brought', hosts: ['bernini'] },
    { kind: 'unit', name: 'sshd.service', change: 'brought', hosts: ['cojito'] },
  ]);
});

test('a changed file of a package counts as the package’s change, unless a person changed it', () => {
  const owners = { '/etc/docker.conf': 'docker' };
  const leader = state({ file: { '/etc/docker.conf': 'new' } }, { owners });
  const plain = state({ file: { '/etc/docker.conf': 'old' } }, { owners });
  const changed = state({ file: { '/etc/docker.conf': 'mine' } }, { owners, modified: ['/etc/docker.conf'] });
  const hosts = { bernini: on(plain, 'docker'), cojito: on(changed, 'docker'), derby: on(plain) };
  expect(differencesOf(leader, hosts)).toEqual([
    { kind: 'file', name: '/etc/docker.conf', change: 'replaced', hosts: ['cojito', 'derby'] },
  ]);
});
