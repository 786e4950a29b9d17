import { expect, test } from 'vitest';
import { exemptNow } from '../../../activities/site/exempt.ts';
import { loadSite } from '../../../config/load.ts';
import { SITE_EXAMPLE } from '../../config/files.ts';

const example = await loadSite(SITE_EXAMPLE);
const at = (now: string) => () => new Date(now);
const grad = { user: 'grad', until: '2027-06-30', reason: 'thesis' };

test("unites protected names, the site's and the given, without entries that have expired", () => {
  const keep = [grad, { user: 'root', until: '2027-01-01', reason: 'not by this' }];
  const users = (now: string) => exemptNow(example, at(now), keep).map((kept) => kept.user);
  // 23:59 and 00:00 of the next day in Seoul.
  expect(users('2027-06-30T14:59:00Z')).toEqual(['bacchus', 'root', 'prof', 'grad']);
  expect(users('2027-06-30T15:00:00Z')).toEqual(['bacchus', 'root', 'prof']);
});

test('a person on two lists is exempt for the longer time', () => {
  const longer = { user: 'grad', until: '2027-07-31', reason: 'longer' };
  const keep = [grad, longer, { user: 'prof', until: '2027-07-01', reason: 'shorter than for good' }];
  const kept = exemptNow(example, at('2027-01-01T00:00:00Z'), keep);
  expect(kept.filter(({ user }) => user === 'grad' || user === 'prof')).toEqual([...example.keep, longer]);
});
