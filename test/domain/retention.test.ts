import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, retentionOf, keptUntil, prunable, type InspectedBackup } from '../../domain/retention.ts';

const look = (name: string, more: Partial<InspectedBackup> = {}): InspectedBackup => ({
  name,
  readOnly: true,
  replicated: null,
  ...more,
});
const looks = (names: readonly string[]) => names.map((name) => look(name));

describe('prunable', () => {
  const all = looks(['2026-02-11-wipe', '2026-08-11-wipe', '2027-02-11-wipe']);

  it.each([
    // today, what may go
    ['2026-08-11', []],
    ['2026-08-12', ['2026-02-11-wipe']],
    ['2027-02-11', ['2026-02-11-wipe']],
    ['2027-02-12', ['2026-02-11-wipe', '2026-08-11-wipe']],
    ['2099-01-01', ['2026-02-11-wipe', '2026-08-11-wipe']],
  ])('on %s', (today, old) => {
    expect(prunable(all, today)).toEqual(old);
  });

  it.each([
    ['the only one', ['2020-01-01-wipe']],
    ['every one of the newest day', ['2020-01-01-wipe', '2020-01-01-wipe-2']],
    ['one without a date', ['before-the-move', 'wipe-2020-01-01', '2027-01-01-wipe']],
    ['one with an invalid date', ['2020-02-30-wipe', '2020-13-01', '2020-1-1-wipe', '2020-01-011', '2027-01-01-wipe']],
    ['the newest past one, while another has a future date', ['2020-01-01-wipe', '2062-01-01-wipe']],
    ['nothing', []],
  ])('keeps %s', (_what, names) => {
    expect(prunable(looks(names), '2027-02-11')).toEqual([]);
  });

  it('counts dates that a person wrote', () => {
    expect(prunable(looks(['2023-03-13', '2023-03-13-before-reinstall', '2027-01-01']), '2027-02-11')).toEqual([
      '2023-03-13',
      '2023-03-13-before-reinstall',
    ]);
  });

  it('counts six calendar months, to the end of a shorter one', () => {
    expect(keptUntil('2026-08-31')).toBe('2027-02-28');
    expect(keptUntil('2026-02-11')).toBe('2026-08-11');
  });
});

it('reports the reason why each stays', () => {
  const fates = retentionOf(
    [
      look('2020-01-01-wipe', { replicated: false }),
      look('2020-02-01-wipe', { replicated: true }),
      look('2020-03-01-wipe', { replicated: true }),
      look('2020-04-01-wipe', { replicated: false }),
      look('2020-05-01-wipe', { replicated: true, readOnly: false }),
      look('2027-01-01-wipe', { replicated: false }),
      look('notes', { replicated: true }),
    ],
    '2027-09-01',
  );
  expect(fates.map(({ stays }) => stays)).toEqual([
    'not-replicated',
    null,
    'common-parent',
    'not-replicated',
    'writable',
    'newest',
    'undated',
  ]);
});

describe('for all backups, never takes', () => {
  const day = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-12-31'), noInvalidDate: true });
  const name = fc.oneof(
    day.map((date) => `${date.toISOString().slice(0, 10)}-wipe`),
    day.map((date) => date.toISOString().slice(0, 10)),
    fc.string(),
  );
  const site = fc.boolean().chain((hasReplica) =>
    fc.uniqueArray(
      fc.record({
        name,
        readOnly: fc.boolean(),
        replicated: hasReplica ? fc.boolean() : fc.constant(null),
      }),
      { selector: (one) => one.name },
    ),
  );
  const holds = (check: (gone: InspectedBackup, all: readonly InspectedBackup[], today: string) => void) =>
    fc.assert(
      fc.property(site, day, (all, date) => {
        const today = date.toISOString().slice(0, 10);
        for (const old of prunable(all, today))
          check(
            all.find((one) => one.name === old)!,
            all,
            today,
          );
      }),
      { numRuns: 500 },
    );
  const days = (all: readonly InspectedBackup[]) => all.flatMap((one) => dayOf(one.name) ?? []);

  it('one that is younger than 180 days, or undated', () =>
    holds((gone, _all, today) => {
      expect(Date.parse(today) - Date.parse(dayOf(gone.name) ?? '')).toBeGreaterThan(180 * 86_400_000);
    }));

  it('the newest, or the only one', () =>
    holds((gone, all, today) => {
      const others = all.filter((one) => one.readOnly && one.name !== gone.name);
      expect(days(others).some((one) => one > (dayOf(gone.name) ?? ''))).toBe(true);
      const been = days(all.filter((one) => one.readOnly)).filter((one) => one <= today);
      expect((dayOf(gone.name) ?? '') < (been.toSorted().at(-1) ?? '')).toBe(true);
    }));

  it('one that is not on the replica, nor the last that both have', () =>
    holds((gone, all) => {
      expect(gone.replicated).not.toBe(false);
      if (gone.replicated === null) return;
      const common = days(all.filter((one) => one.readOnly && one.replicated === true)).toSorted();
      expect((dayOf(gone.name) ?? '') < (common.at(-1) ?? '')).toBe(true);
    }));

  it('one that is writable', () => holds((gone) => expect(gone.readOnly).toBe(true)));
});

it('what is left of a deleted backup goes by the same rule, and lets no backup go', () => {
  const one = (name: string) => ({ name, readOnly: true, replicated: null });
  const fates = (backups: string[], orphans: string[]) =>
    retentionOf(backups.map(one), '2027-01-01', orphans.map(one)).map(({ name, stays }) => [name, stays]);
  expect(fates(['2026-12-01'], ['2026-01-01.last', '2026-11-01.last'])).toEqual([
    ['2026-01-01.last', null],
    ['2026-11-01.last', 'young'],
    ['2026-12-01', 'young'],
  ]);
  // The only backup stays, although a newer part of another one is there.
  expect(fates(['2026-01-01'], ['2026-02-01.last'])).toEqual([
    ['2026-01-01', 'only'],
    ['2026-02-01.last', 'newest'],
  ]);
});
