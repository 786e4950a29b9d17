import { expect, test } from 'vitest';
import { exitCodeOf, type FullReport } from '../../client/report.ts';

const stuck = { attempt: 5, since: '2027-02-20T12:00:00.000Z', cause: 'TMPRL1100' };
const waitingFor = (...keys: string[]) =>
  ({ waitingFor: keys.map((key) => ({ key })) }) as unknown as FullReport['status'];
const report = (other: Partial<FullReport> = {}): FullReport => ({
  workflowId: 'semester/x',
  type: 'semester',
  state: 'RUNNING',
  startedAt: '2027-02-20T12:00:00.000Z',
  closedAt: null,
  versions: { started: null, last: null },
  status: waitingFor(),
  memo: {},
  stuck: null,
  activities: [],
  children: [],
  worker: { polling: true, identities: [], workers: [], version: null, lastSeen: null },
  ...other,
});

test.each<[string, number, Partial<FullReport>]>([
  ['it works', 0, {}],
  ['it waits for a host that another workflow holds', 0, { status: waitingFor('host/asahi', 'holder') }],
  ['it waits for an approval', 5, { status: waitingFor('gate:wipe') }],
  ['a child waits for people', 5, { children: [report({ status: waitingFor('attention:boot-asahi') })] }],
  [
    'no worker runs',
    7,
    { status: null, worker: { polling: false, identities: [], workers: [], version: null, lastSeen: null } },
  ],
  ['it is stuck, whatever else it waits for', 6, { stuck, status: waitingFor('gate:wipe') }],
  ['a child is stuck', 6, { children: [report({ stuck })] }],
  ['it has ended', 0, { closedAt: '2027-03-01T00:00:00.000Z', status: waitingFor('gate:wipe') }],
])('%s: exit code %i', (_, code, other) => {
  expect(exitCodeOf(report(other))).toBe(code);
});
