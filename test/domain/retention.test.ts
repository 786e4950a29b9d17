import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, keptUntil, prunable } from '../../domain/retention.ts';

describe('prunable', () => {
  const all = ['2026-02-11-wipe', '2026-08-11-wipe', '2027-02-11-wipe'];

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
    ['one whose date is none', ['2020-02-30-wipe', '2020-13-01', '2020-1-1-wipe', '2020-01-011', '2027-01-01-wipe']],
    ['nothing', []],
  ])('keeps %s', (_what, names) => {
    expect(prunable(names, '2027-02-11')).toEqual([]);
  });

  it('counts six calendar months, to the end of a shorter one', () => {
    expect(keptUntil('2026-08-31')).toBe('2027-02-28');
    expect(keptUntil('2026-02-11')).toBe('2026-08-11');
  });

  it('never takes the newest, an undated one, or one younger than 180 days', () => {
    const day = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-12-31'), noInvalidDate: true });
    const name = fc.oneof(
      day.map((date) => `${date.toISOString().slice(0, 10)}-wipe`),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.uniqueArray(name), day, (names, date) => {
        const today = date.toISOString().slice(0, 10);
        const old = prunable(names, today);
        const days = names.map(dayOf).filter((one) => one !== null);
        for (const gone of old) {
          expect(names).toContain(gone);
          const born = dayOf(gone) ?? '';
          expect(born < (days.toSorted().at(-1) ?? '')).toBe(true);
          expect(date.getTime() - Date.parse(born)).toBeGreaterThan(180 * 86_400_000);
        }
      }),
    );
  });
});
