import { describe, expect, it } from 'vitest';
import { goneSince, updateFirstSeen } from '../../domain/applications-seen.ts';
import { applicant, row } from './applicant.ts';

const now = new Date('2027-03-05T00:00:00Z');
const later = new Date('2027-03-06T00:00:00Z');
const survey = [applicant('constructor', 'missing-survey')];

describe('first-seen times', () => {
  it('stay as they are, and go when a half goes', () => {
    const first = updateFirstSeen(null, survey, {}, now);
    expect(first).toEqual({ surveys: {}, requests: { constructor: now.toISOString() }, gone: {} });
    expect(updateFirstSeen(first, survey, {}, later)).toEqual(first);
    expect(updateFirstSeen({ surveys: {}, requests: {}, gone: {} }, survey, {}, now)).toEqual(first);
    expect(updateFirstSeen(first, [], {}, later)).toEqual({ surveys: {}, requests: {}, gone: {} });
  });
});

describe('the people who are gone', () => {
  const before = { surveys: {}, requests: { __proto__: 'x', erin: 'x' }, gone: { finn: '2027-03-01T00:00:00.000Z' } };
  const nobody = { members: [], pending: [] };

  it('had a request or an acceptance, and are in neither list; the time stays', () => {
    expect(goneSince(before, nobody, ['ann'], now)).toEqual({
      erin: now.toISOString(),
      finn: '2027-03-01T00:00:00.000Z',
      ann: now.toISOString(),
    });
  });

  it('exclude new members, people who still ask, and people who are back', () => {
    const group = { members: [row(1, 'Erin'), row(2, 'ann')], pending: [row(3, 'finn')] };
    expect(goneSince(before, group, ['ann'], now)).toEqual({});
    expect(goneSince(null, nobody, [], now)).toEqual({});
  });
});
