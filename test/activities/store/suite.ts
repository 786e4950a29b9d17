import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { excludeGate } from '../../../domain/gates/exclude.ts';
import { wipeGate } from '../../../domain/gates/wipe.ts';
import { digestOf } from '../../../domain/digest.ts';
import type { LedgerKey, Store } from '../../../activities/store/store.ts';

const key: LedgerKey = { semester: '2027-spring', kind: 'notice-0', edition: 0, person: 'erin' };

const binding = { host: 'bernini', reason: 'ends\u0000 here', storage: 'oloroso', home: '/csehome', exportsFile: '/e' };
const observed = { exported: ['erin', '%ff'], answers: true };

/** The contract of every implementation of the store; `store` is empty at the start. */
export function storeSuite(store: () => Store): void {
  test('a plan is found by the digest of its binding, with the newest observation', async () => {
    const digest = await store().putPlan({ gate: 'exclude', binding, observed: { exported: ['%ff'], answers: false } });
    expect(digest).toBe(digestOf(binding));
    expect(await store().putPlan({ gate: 'exclude', binding, observed })).toBe(digest);
    expect(await store().getPlan(excludeGate, digest)).toEqual({ binding, observed });
    expect(await store().showPlan(digest)).toEqual({ gate: 'exclude', binding, observed });
  });

  test('a missing plan is void', async () => {
    const missing = store().getPlan(excludeGate, 'sha256:00');
    await expect(missing).rejects.toMatchObject({ type: 'PlanVoid', nonRetryable: true });
  });

  test('a plan of another gate is refused, with the names of both', async () => {
    const digest = await store().putPlan({ gate: 'exclude', binding, observed });
    await expect(store().getPlan(wipeGate, digest)).rejects.toMatchObject({
      type: 'PlanVoid',
      message: expect.stringContaining(`plan ${digest} cannot be used at gate wipe: the plan belongs to gate exclude`),
    });
  });

  test.each<[string, object, string]>([
    ['a missing key of the binding', { binding: { ...binding, storage: undefined } }, 'binding.storage'],
    ['an unknown key of the binding', { binding: { ...binding, also: ['/'] } }, 'also'],
    ['another type', { binding: { ...binding, host: 7 } }, 'binding.host'],
    ['a missing key of the observation', { observed: { exported: [] } }, 'observed.answers'],
    ['another type deep inside', { observed: { ...observed, exported: ['a', 7] } }, 'observed.exported.1'],
  ])('%s is refused, with its path', async (_, change, path) => {
    const plan = { gate: 'exclude' as const, binding: { ...binding, reason: path }, observed };
    const digest = await store().putPlan({ ...plan, ...change });
    const read = store().getPlan(excludeGate, digest);
    await expect(read).rejects.toMatchObject({ type: 'PlanVoid', nonRetryable: true });
    await expect(read).rejects.toThrow(new RegExp(`plan ${digest}.* gate exclude: .*${path.replaceAll('.', '\\.')}`));
  });

  test('documents are found by digest, named values by name', async () => {
    const usage = { at: '2027-02-01T00:00:00Z', homes: { erin: 2 ** 41 } };
    expect(await store().getDocument(await store().putDocument(usage))).toEqual(usage);
    expect(await store().getNamed('baseline/x')).toBeNull();
    await store().putNamed('baseline/x', { pending: ['a'] });
    await store().putNamed('baseline/x', { pending: [] });
    expect(await store().getNamed('baseline/x')).toEqual({ pending: [] });
  });

  test('the database says how much it holds', async () => {
    const before = await store().size();
    expect(before).toBeGreaterThan(1e6);
    await store().putNamed('large', { text: randomBytes(1_000_000).toString('base64') });
    expect(await store().size()).toBeGreaterThan(before + 500_000);
  });

  test('concurrent updates of one value lose no change', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `user${n}`);
    await Promise.all(
      names.map((name) => store().changeNamed<readonly string[]>('changed/x', (before) => [...(before ?? []), name])),
    );
    expect((await store().getNamed<readonly string[]>('changed/x'))?.toSorted()).toEqual(names.toSorted());
    expect(await store().changeNamed('changed/x', () => null)).toBeNull();
    expect(await store().changeNamed<number | null>('changed/x', (before) => (before ?? 0) + 1)).toBe(1);
  });

  test('exactly one of many claims of one mail may send it', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, () => store().claimMail(key, '<a@b>')));
    expect(claims.filter((claim) => claim === null)).toHaveLength(1);
    expect(claims.find((claim) => claim !== null)).toMatchObject({ ...key, state: 'intended', messageId: '<a@b>' });
  });

  test('a sent mail stays sent, and a released claim can be taken again', async () => {
    const other = { ...key, person: 'frank' };
    await store().claimMail(other, '<c@d>');
    await store().releaseMail(other, 'refused');
    expect(await store().claimMail(other, '<c@d>')).toMatchObject({ state: 'intended' });
    await store().releaseMail(other, 'intended');
    expect(await store().claimMail(other, '<c@d>')).toBeNull();
    await store().settleMail(other, 'sent', '250 ok');
    await store().settleMail(other, 'unknown', 'late');
    await store().releaseMail(other, 'intended');
    expect(await store().claimMail(other, '<c@d>')).toMatchObject({ state: 'sent', answer: '250 ok' });
  });

  test('only a sent mail can bounce, and a bounced mail may be sent again', async () => {
    const other = { ...key, person: 'grace' };
    expect(await store().bounceMail(other, 'no such mailbox')).toBe(false);
    await store().claimMail(other, '<g@h>');
    expect(await store().bounceMail(other, 'no such mailbox')).toBe(false);
    await store().settleMail(other, 'sent', '250 ok');
    expect(await store().bounceMail(other, 'no such mailbox')).toBe(true);
    expect(await store().claimMail(other, '<g@h>')).toMatchObject({ state: 'bounced', answer: 'no such mailbox' });
    await store().releaseMail(other, 'bounced');
    expect(await store().claimMail(other, '<g@h>')).toBeNull();
    await store().releaseMail(other, 'intended');
  });

  test('another edition, kind or semester is another mail; the list distinguishes them', async () => {
    expect(await store().claimMail({ ...key, edition: 1 }, '<e@f>')).toBeNull();
    expect(await store().claimMail({ ...key, kind: 'deadline' }, '<g@h>')).toBeNull();
    expect(await store().claimMail({ ...key, semester: '2027-fall' }, '<i@j>')).toBeNull();
    const notices = await store().listMail('2027-spring', 'notice-0');
    expect(notices.map((entry) => [entry.person, entry.edition])).toEqual([
      ['erin', 0],
      ['frank', 0],
      ['erin', 1],
    ]);
    expect(await store().listMail('2027-spring')).toHaveLength(4);
    expect(new Date(notices[0]!.at).toISOString()).toBe(notices[0]!.at);
  });

  test('mails are counted by state, those to approvers apart', async () => {
    const since = new Date(0);
    const before = await store().countMail(since);
    const mail = { ...key, semester: 'counted' };
    for (const [kind, person, state] of [
      ['notice-0', 'erin', 'refused'],
      ['notice-0', 'frank', 'sent'],
      ['approver:semester/counted:gate:wipe:1', 'kim', 'refused'],
    ] as const) {
      await store().claimMail({ ...mail, kind, person }, '<x@y>');
      await store().settleMail({ ...mail, kind, person }, state, 'answer');
    }
    const more = (state: string, approver: boolean) => {
      const of = (counts: typeof before) =>
        counts.find((one) => one.state === state && one.approver === approver)?.count ?? 0;
      return async () => of(await store().countMail(since)) - of(before);
    };
    expect([await more('refused', false)(), await more('sent', false)(), await more('refused', true)()]).toEqual([
      1, 1, 1,
    ]);
    expect(await store().countMail(new Date('2999-01-01'))).toEqual([]);
  });
}
