import { expect, test } from 'vitest';
import { lookAccounts } from '../../../../activities/hosts/access/accounts.ts';
import { refuse, tryAgain } from '../../../../activities/failures.ts';
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
  expect(await look(unknownOn)({ users: ['erin', 'hana', 'late', '../x'], sync: false })).toEqual({
    unknown: ['hana', '../x'],
    asked: 2,
    silent: [],
  });
});

test('a name that no command accepts reaches no host, and a host that does not answer does not count', async () => {
  const inputs: string[] = [];
  const silent = look((host, input) => {
    inputs.push(input);
    if (host === 'asahi') throw tryAgain('Unreachable', 'no route');
    return '';
  });
  expect(await silent({ users: ['kim.hana', '$(id)'], sync: false })).toEqual({
    unknown: ['$(id)'],
    asked: 1,
    silent: [{ host: 'asahi', why: 'does not answer' }],
  });
  expect(new Set(inputs)).toEqual(new Set(['kim.hana\n']));
  const none = look(() => {
    throw tryAgain('Unreachable', 'no route');
  });
  expect(await none({ users: ['erin'], sync: false })).toMatchObject({ unknown: [], asked: 0 });
});

test('one host with another host key does not hide the answers of the others', async () => {
  const answer = look((host) => {
    if (host === 'asahi') throw refuse('VerificationFailed', 'asahi shows another key');
    return 'unknown hana\n';
  });
  expect(await answer({ users: ['erin', 'hana'], sync: false })).toEqual({
    unknown: ['hana'],
    asked: 1,
    silent: [{ host: 'asahi', why: 'asahi shows another key' }],
  });
});

test('a look syncs accounts only when it is told to', async () => {
  const commands: (readonly string[])[] = [];
  const remote = fakeRemote(({ args }) => {
    commands.push(args);
    return '';
  });
  const synced = async () => ({ ...(await site()), accounts: { sync: 'sync-accounts' } }) as Site;
  const asks = lookAccounts({ site: synced, remote });
  await asks({ users: ['erin'], sync: false });
  await asks({ users: ['erin'], sync: true });
  expect(commands).toEqual([[], [], ['sync-accounts'], ['sync-accounts']]);
});
