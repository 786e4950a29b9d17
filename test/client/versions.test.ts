import { expect, test } from 'vitest';
import { otherVersionSentence } from '../../client/pollers.ts';
import { VERSION } from '../../config/version.ts';

const workers = {
  polling: true,
  identities: ['1@service'],
  workers: [],
  version: '0.3.0',
  lastSeen: '2027-02-20T12:00:00.000Z',
};

test('a command of another version than the worker says so, and what to do', () => {
  expect(otherVersionSentence(workers, '0.2.0')).toBe(
    'The worker is of version 0.3.0, this command is of version 0.2.0: bring the older one up to date (docs/upgrading.md).',
  );
});

test.each([
  ['the same version', { ...workers, version: VERSION }],
  ['a worker that reports none', { ...workers, version: null }],
  ['no worker', { ...workers, polling: false }],
])('nothing is said of %s', (_, seen) => {
  expect(otherVersionSentence(seen)).toBeNull();
});
