import { expect, test } from 'vitest';
import { knownFields, shapeRefusal, type MessageName } from '../../domain/message-shapes.ts';

const verdict = { gate: 'wipe', round: 1, digest: 'sha256:0123456789ab', by: 'bob' };
const names = (count: number, name: string) => Array.from({ length: count }, (_, n) => `${name}${n}`);

test('fields that a message does not have are dropped, whatever their size', () => {
  const message = { workflow: 'semester/2027-spring', purpose: 'semester', more: 'x'.repeat(1_900_000) };
  expect(shapeRefusal('request', message)).toBeNull();
  expect(knownFields('request', message)).toEqual({ workflow: 'semester/2027-spring', purpose: 'semester' });
});

test('a message is limited in bytes, not only in characters and entries', () => {
  const waive = names(1000, '가'.repeat(200));
  expect(shapeRefusal('approve', { ...verdict, waive })).toMatch(
    /^the message has \d+ bytes: it may have 100000 at most$/,
  );
  expect(shapeRefusal('approve', { ...verdict, waive: names(5000, 'user') })).toBeNull();
});

test.each<[MessageName, object, string | null]>([
  ['deferTask', { kind: 'docker' }, '"users" is missing: a task docker needs it'],
  ['deferTask', { kind: 'docker', users: 'erin' }, '"users" must be a list of account names'],
  ['deferTask', { kind: 'docker', users: ['erin'], by: undefined }, null],
  ['deferTask', { kind: 'image', leader: 'asahi' }, '"image" is missing: a task image needs it'],
  ['deferTask', { kind: 'wipe-docker', plan: 'sha256:1' }, '"proofs" is missing: a task wipe-docker needs it'],
  ['deferTask', { kind: 'open-logins' }, null],
  ['acceptsApplications', { workflow: 'host/asahi' }, '"workflow" must be the id of an applications workflow'],
  ['acceptsApplications', { workflow: 'applications/2027-spring-2' }, null],
  ['acceptsApplications', { workflow: null }, null],
])('%s with %j', (name, message, refusal) => {
  expect(shapeRefusal(name, message)).toBe(refusal);
});
