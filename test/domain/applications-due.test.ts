import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueActions, rememberSeen, type Circumstances } from '../../domain/applications-due.ts';
import type { Applicant, ApplicantState } from '../../domain/applications.ts';

const now = new Date('2027-03-05T00:00:00Z');
const earlier = '2027-03-04T00:00:00.000Z';

const applicant = (user: string, state: ApplicantState, docker = false): Applicant => ({
  user,
  uid: 7,
  state,
  requested: state !== 'missing-request',
  problems: state === 'problems' ? ['terms'] : [],
  superseded: [],
  answer:
    state === 'missing-survey' || state === 'baseline'
      ? null
      : { row: 2, at: null, user, studentNumber: '', email: null, docker, terms: state !== 'problems' },
});
const about = (more: Partial<Circumstances> = {}): Circumstances => ({
  mailed: () => false,
  granted: new Set(),
  kept: new Set(),
  seen: { surveys: { erin: earlier }, requests: { erin: earlier } },
  now,
  graceMs: 3_600_000,
  ...more,
});
const kinds = (applicants: readonly Applicant[], more: Partial<Circumstances> = {}) =>
  dueActions(applicants, about(more)).map(({ kind }) => kind);

describe('what is due', () => {
  it.each([
    ['complete', false, ['accept']],
    ['complete', true, ['accept']],
    ['member', false, ['mail-accepted']],
    ['member', true, ['grant-docker', 'mail-accepted']],
    ['missing-request', true, ['mail-missing-request']],
    ['missing-survey', false, ['mail-missing-survey']],
    ['problems', true, ['mail-problems']],
    ['baseline', false, []],
  ] as const)('%s, docker %s', (state, docker, expected) => {
    expect(kinds([applicant('erin', state, docker)])).toEqual(expected);
  });

  it('accepts first, then grants, then mails', () => {
    const order = kinds([
      applicant('erin', 'missing-request'),
      applicant('ann', 'member', true),
      applicant('bob', 'complete'),
    ]);
    expect(order).toEqual(['accept', 'grant-docker', 'mail-missing-request', 'mail-accepted']);
  });

  it('is nothing once mailed and granted', () => {
    const done = { mailed: () => true, granted: new Set(['erin']) };
    for (const state of ['member', 'missing-request', 'missing-survey', 'problems'] as const)
      expect(kinds([applicant('erin', state, true)], done)).toEqual([]);
  });

  it('urges nobody within the grace, nor kept people, nor somebody who had been accepted', () => {
    for (const state of ['missing-request', 'missing-survey', 'problems'] as const) {
      expect(kinds([applicant('erin', state)], { graceMs: 86_400_001 })).toEqual([]);
      expect(kinds([applicant('erin', state)], { graceMs: 86_400_000 })).toEqual([`mail-${state}`]);
      expect(kinds([applicant('Erin', state)], { kept: new Set(['erin']) })).toEqual([]);
      expect(kinds([applicant('erin', state)], { mailed: (_, mail) => mail === 'accepted' })).toEqual([]);
      expect(kinds([applicant('nobody', state)])).toEqual([]);
    }
  });

  it('accepts kept people who apply', () => {
    expect(kinds([applicant('erin', 'complete')], { kept: new Set(['erin']) })).toEqual(['accept']);
  });

  it('grants nothing to a name that hosts do not take', () => {
    expect(kinds([applicant('erin; reboot', 'member', true)])).toEqual(['mail-accepted']);
  });
});

describe('first-seen times', () => {
  it('stay as they are, and go when a half goes', () => {
    const first = rememberSeen(null, [applicant('constructor', 'missing-survey')], now);
    expect(first).toEqual({ surveys: {}, requests: { constructor: now.toISOString() } });
    const later = new Date('2027-03-06T00:00:00Z');
    expect(rememberSeen(first, [applicant('constructor', 'missing-survey')], later)).toEqual(first);
    expect(rememberSeen({ surveys: {}, requests: {} }, [applicant('constructor', 'missing-survey')], now)).toEqual(
      first,
    );
    expect(rememberSeen(first, [], later)).toEqual({ surveys: {}, requests: {} });
  });

  it('make each urging due exactly from the grace on, whatever the grace is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 1e9 }), (graceMs, waited) => {
        const people = [applicant('__proto__', 'missing-request'), applicant('constructor', 'missing-survey')];
        const seen = rememberSeen(null, people, now);
        const due = kinds(people, { seen, graceMs, now: new Date(now.getTime() + waited) });
        expect(due.length).toBe(waited >= graceMs ? 2 : 0);
      }),
    );
  });
});
