import { expect, test } from 'vitest';
import { warrant } from '../../client/audit/actions.ts';
import type { Facts } from '../../client/audit/facts.ts';
import type { Judged } from '../../client/audit/verdicts.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const placed = <T>(at: number, value: T) => ({ at, time: '', value });
const facts = {
  workflow: 'semester/2027-spring',
  startedBy: 'alice',
  sites: [placed(0, { quorum: { wipe: 2 } })],
  plans: [
    placed(1, {
      gate: 'wipe',
      digest,
      empty: false,
    }),
  ],
  actions: [
    placed(9, {
      name: 'wipeHomes',
      gate: null,
      digest,
      waived: [],
    }),
  ],
} as unknown as Facts;
const verdict = (by: string, key: string | null, more: object = {}): Judged =>
  ({
    at: 5,
    counts: true,
    key,
    statement: { by, digest, round: 1, verdict: 'approve', waive: null, ...more },
  }) as Judged;
const enough = (...judged: Judged[]) => warrant(facts, judged)[0]!.enough;

test('two people are two names with two keys', () => {
  expect(enough(verdict('bob', 'SHA256:b'), verdict('carol', 'SHA256:c'))).toBe(true);
  expect(enough(verdict('bob', null), verdict('carol', null))).toBe(true);
  expect(enough(verdict('bob', 'SHA256:b'), verdict('carol', 'SHA256:b'))).toBe(false);
  expect(enough(verdict('bob', 'SHA256:b'), verdict('bob', 'SHA256:c'))).toBe(false);
});

test('neither who started, nor another round, nor another plan, nor what was rejected', () => {
  const bob = verdict('bob', 'SHA256:b');
  expect(enough(bob, verdict('alice', 'SHA256:a'))).toBe(false);
  expect(enough(bob, verdict('carol', 'SHA256:c', { round: 2 }))).toBe(false);
  expect(enough(bob, verdict('carol', 'SHA256:c', { digest: `sha256:${'cd'.repeat(32)}` }))).toBe(false);
  const carol = verdict('carol', 'SHA256:c');
  expect(enough(bob, carol, verdict('dave', 'SHA256:d', { verdict: 'reject' }))).toBe(false);
  expect(enough(bob, { ...carol, at: 10 })).toBe(false);
});

test('before people are asked, only the site’s canary boots into an image, and only where nobody is left', () => {
  const site = { quorum: { rollout: 1 }, hosts: ['asahi', 'bernini', 'cojito'], rollout: { canary: 'cojito' } };
  const boots = (host: string, rest: object = {}, canary: object = site.rollout) => {
    const action = {
      name: 'hostUpdate',
      gate: 'rollout',
      digest: null,
      waived: [],
      follower: { host, leader: 'asahi' },
    };
    const sites = [placed(0, { ...site, rollout: canary })];
    const seen = { ...facts, sites, plans: [], actions: [placed(9, { ...action, ...rest })] } as unknown as Facts;
    return warrant(seen, [])[0]!.enough;
  };
  expect(boots('cojito')).toBe(true);
  expect(boots('bernini')).toBe(false);
  expect(boots('bernini', {}, {})).toBe(true);
  expect(boots('cojito', {}, { canary: false })).toBe(false);
  expect(boots('cojito', { follower: null })).toBe(false);
});
