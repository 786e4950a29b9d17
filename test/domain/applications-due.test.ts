import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueActions, NUDGES, toReview, type Circumstances, type KnownMail } from '../../domain/applications-due.ts';
import { APPLICANT_STATES, type Applicant } from '../../domain/applications.ts';
import { answer, applicant, decision } from './applicant.ts';

const now = new Date('2027-03-05T00:00:00Z');
const earlier = '2027-03-04T00:00:00.000Z';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const about = (more: Partial<Circumstances> = {}): Circumstances => ({
  mode: 'auto',
  mails: () => [],
  granted: new Set(),
  unready: new Map(),
  exempt: new Set(),
  quiet: false,
  seen: {
    surveys: { erin: earlier },
    requests: { erin: earlier },
    gone: {},
  },
  now,
  graceMs: HOUR,
  nudgesMs: [2 * DAY, 4 * DAY],
  ...more,
});
const kinds = (applicants: readonly Applicant[], more: Partial<Circumstances> = {}) =>
  dueActions(applicants, about(more)).map(({ kind }) => kind);
const sent = (edition: number, at = earlier, settled = true): KnownMail => ({ edition, at, settled });
const docker = { answer: answer('erin', { docker: true }) };

describe('the due actions', () => {
  const expected: Record<Applicant['state'], readonly string[]> = {
    complete: ['accept'],
    member: ['mail-accepted'],
    rejected: ['reject', 'mail-rejected'],
    'missing-request': ['mail-missing-request'],
    'missing-survey': ['mail-missing-survey'],
    problems: ['mail-problems'],
    duplicate: [],
    withdrawn: [],
    banned: [],
    baseline: [],
  };

  it.each(APPLICANT_STATES)('of %s', (state) => {
    expect(kinds([applicant('erin', state)])).toEqual(expected[state]);
  });

  it('grant Docker once to members who asked for it, under a name that hosts accept', () => {
    expect(kinds([applicant('erin', 'member', docker)])).toEqual(['grant-docker', 'mail-accepted']);
    expect(kinds([applicant('erin', 'complete', docker)])).toEqual(['accept']);
    expect(kinds([applicant('erin', 'member', docker)], { granted: new Set(['erin']) })).toEqual(['mail-accepted']);
    const odd = { answer: answer('erin; reboot', { docker: true }) };
    expect(kinds([applicant('erin; reboot', 'member', odd)])).toEqual(['mail-accepted']);
  });

  it('tell a member that the account is ready only when every host knows it; a Docker grant does not wait', () => {
    const unready = new Map([['erin', ['asahi']]]);
    expect(kinds([applicant('Erin', 'member')], { unready })).toEqual([]);
    expect(kinds([applicant('erin', 'member', docker)], { unready })).toEqual(['grant-docker']);
    expect(kinds([applicant('frank', 'member')], { unready })).toEqual(['mail-accepted']);
  });

  it('decide first, then grant, then mail', () => {
    const people = [
      applicant('erin', 'missing-request'),
      applicant('ann', 'member', docker),
      applicant('bob', 'complete'),
      applicant('eve', 'rejected'),
    ];
    expect(kinds(people)).toEqual([
      'accept',
      'reject',
      'grant-docker',
      'mail-missing-request',
      'mail-accepted',
      'mail-rejected',
    ]);
  });

  it('are empty for members and rejected people who have their mail; a second rejection has another mail', () => {
    const mails = () => [sent(1)];
    expect(kinds([applicant('erin', 'member')], { mails })).toEqual([]);
    const gone = { requested: false };
    expect(kinds([applicant('erin', 'rejected', gone)], { mails })).toEqual([]);
    const again = { ...gone, decision: decision('erin', 'reject', { edition: 2 }) };
    expect(kinds([applicant('erin', 'rejected', again)], { mails })).toEqual(['mail-rejected']);
  });

  it('reject only the request that existed when the approver rejected it', () => {
    const later = { seen: { surveys: {}, requests: { erin: '2027-03-04T12:00:00.000Z' }, gone: {} } };
    expect(kinds([applicant('erin', 'rejected')], later)).toEqual(['mail-rejected']);
  });

  it('accept only approved applicants if the site reviews applications', () => {
    const approved = applicant('erin', 'complete', { decision: decision('erin', 'approve') });
    expect(kinds([applicant('bob', 'complete'), approved], { mode: 'review' })).toEqual(['accept']);
  });

  it('accept exempt people who apply, and send them no nudge', () => {
    const exempt = new Set(['erin']);
    expect(kinds([applicant('erin', 'complete')], { exempt })).toEqual(['accept']);
    for (const state of NUDGES) expect(kinds([applicant('Erin', state)], { exempt })).toEqual([]);
  });
});

describe('the list of a day', () => {
  it('holds the undecided applicants who were complete by then', () => {
    const seen = { surveys: { late: '2027-03-05T01:00:00Z', erin: earlier }, requests: {}, gone: {} };
    const people = [
      applicant('erin', 'complete'),
      applicant('late', 'complete'),
      applicant('done', 'complete', { decision: decision('done', 'approve') }),
      applicant('bob', 'problems'),
    ];
    expect(toReview(people, { mode: 'review', seen }, now.toISOString()).map(({ user }) => user)).toEqual(['erin']);
    expect(toReview(people, { mode: 'review', seen }).map(({ user }) => user)).toEqual(['erin', 'late']);
    expect(toReview(people, { mode: 'auto', seen })).toEqual([]);
  });
});

describe('nudges', () => {
  it.each(NUDGES)('of %s come after the grace, and never at night', (state) => {
    const one = [applicant('erin', state)];
    expect(kinds(one, { graceMs: DAY + 1 })).toEqual([]);
    expect(kinds(one, { graceMs: DAY })).toEqual([`mail-${state}`]);
    expect(kinds(one, { graceMs: DAY, quiet: true })).toEqual([]);
    expect(kinds([applicant('nobody', state)])).toEqual([]);
  });

  it('are due again under the same number while the ledger does not know the result of one', () => {
    const due = dueActions([applicant('erin', 'problems')], about({ mails: () => [sent(1), sent(2, earlier, false)] }));
    expect(due).toMatchObject([{ kind: 'mail-problems', edition: 2 }]);
  });

  it('do not count while there is no address, and go out under the same number when there is one', () => {
    const due = (settled: boolean, quiet = false) => {
      const mails = () => [{ ...sent(1, '2027-01-01T00:00:00.000Z', settled), noAddress: true }];
      return dueActions([applicant('erin', 'problems')], about({ mails, quiet }));
    };
    expect(due(true)).toEqual([]);
    expect(due(false)).toMatchObject([{ kind: 'mail-problems', edition: 1 }]);
    expect(due(false, true)).toEqual([]);
  });

  it('come at most once more than there are intervals, each no sooner than its interval after the last', () => {
    const intervals = fc.array(fc.integer({ min: HOUR, max: 9 * DAY }), { maxLength: 5 });
    fc.assert(
      fc.property(intervals, fc.integer({ min: 0, max: DAY }), (nudgesMs, graceMs) => {
        const ledger: KnownMail[] = [];
        for (let at = Date.parse(earlier); at < Date.parse(earlier) + 60 * DAY; at += HOUR) {
          const when = { now: new Date(at), graceMs, nudgesMs, mails: () => ledger };
          for (const { edition = 0 } of dueActions([applicant('erin', 'problems')], about(when)))
            ledger.push(sent(edition, new Date(at).toISOString()));
        }
        expect(ledger.map(({ edition }) => edition)).toEqual([...nudgesMs.keys(), nudgesMs.length].map((n) => n + 1));
        const times = [earlier, ...ledger.map((mail) => mail.at)].map((at) => Date.parse(at));
        for (const [index, least] of [graceMs, ...nudgesMs].entries())
          expect(times[index + 1]! - times[index]!).toBeGreaterThanOrEqual(least);
      }),
      { numRuns: 30 },
    );
  });
});
