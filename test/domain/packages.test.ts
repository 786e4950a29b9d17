import { expect, test } from 'vitest';
import { changesOf, packageRow, parsePackages } from '../../domain/packages.ts';

const after = parsePackages('cuda 12.4-1\nlinux 6.8-1\nzstd 1.5-1\n');

test('parses the output of pacman -Q, and ignores other lines', () => {
  expect(parsePackages('linux 6.8-1\nwarning: something odd\n\n')).toEqual({ linux: '6.8-1' });
});

test('lists upgraded, added and removed packages in the order of names', () => {
  const changes = changesOf({ bernini: { linux: '6.7-1', zstd: '1.5-1', yay: '1-1' } }, after);
  expect(changes.map((change) => packageRow(change, 1))).toEqual(['+ cuda 12.4-1', 'linux 6.7-1 → 6.8-1', '- yay 1-1']);
});

test('hosts with the same change share a row, and a host with its own change has its own', () => {
  const same = { cuda: '12.4-1', linux: '6.7-1', zstd: '1.5-1' };
  const changes = changesOf({ bernini: same, cojito: same, derby: { ...same, linux: '6.6-1' } }, after);
  expect(changes.map((change) => packageRow(change, 3))).toEqual([
    'linux 6.6-1 → 6.8-1 (derby)',
    'linux 6.7-1 → 6.8-1 (bernini, cojito)',
  ]);
});

test('equal lists have no change', () => {
  expect(changesOf({ bernini: after, cojito: after }, after)).toEqual([]);
});
