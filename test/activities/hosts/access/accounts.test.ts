import { expect, test } from 'vitest';
import { lookAccounts } from '../../../../activities/hosts/access/accounts.ts';
import { tryAgain } from '../../../../activities/failures.ts';
import type { Site } from '../../../../domain/site.ts';
import { holdsContract } from '../../../support/contract.ts';
import { fakeRemote } from '../fake-remote.ts';

const site = async () => ({ hosts: [{ name: 'asahi' }, { name: 'bernini' }], accounts: {} }) as unknown as Site;
const look = (answer: (host: string, input: string) => string) =>
  holdsContract({
    lookAccounts: lookAccounts({ site, remote: fakeRemote(({ input }, host) => answer(host, String(input))) }),
  }).lookAccounts;

test('an account is unknown if no host that answers knows it', async () => {
  const unknownOn = (host: string) => (host === 'asahi' ? 'unknown hana\nunknown late\n' : 'unknown hana\n');
  expect(await look(unknownOn)({ users: ['erin', 'hana', 'late', '../x'] })).toEqual({
    unknown: ['hana', '../x'],
    asked: 2,
  });
});

test('a name that no command accepts reaches no host, and a host that does not answer does not count', async () => {
  const inputs: string[] = [];
  const silent = look((host, input) => {
    inputs.push(input);
    if (host === 'asahi') throw tryAgain('Unreachable', 'no route');
    return '';
  });
  expect(await silent({ users: ['kim.hana', '$(id)'] })).toEqual({ unknown: ['$(id)'], asked: 1 });
  expect(new Set(inputs)).toEqual(new Set(['kim.hana\n']));
  const none = look(() => {
    throw tryAgain('Unreachable', 'no route');
  });
  expect(await none({ users: ['erin'] })).toEqual({ unknown: [], asked: 0 });
});
