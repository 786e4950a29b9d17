import { expect, test } from 'vitest';
import { mailRestored, mailRestoredDocker } from '../../../activities/mail/restored.ts';
import { createMailTransport } from '../../../activities/mail/transport.ts';
import { siteWith } from './fixtures.ts';
import { mailStage } from './stage.ts';
import type { RestoreBinding } from '../../../domain/gates/restore.ts';
import { holdsContract } from '../../support/contract.ts';

const stage = mailStage();

const home = (name: string, owner: string, to = name) => ({ name, owner, to, uid: 1001 });
const observed = { at: '2027-03-01T00:00:00Z', there: [], bytes: 0, freeBytes: 0 };
const binding: RestoreBinding = {
  storage: 'oloroso',
  backup: '2027-02-11-wipe',
  uuid: 'u',
  folder: '/csehome',
  homes: [
    home('erin', 'erin', 'erin.restored-2027-02-11-wipe'),
    home('kim', 'kim'),
    home('gone', '1234'),
    home('x', 'root'),
  ],
  site: 'sha256:s',
};
const person = (user: string, language: 'ko' | 'en', email: string | null) => ({
  user,
  uid: 1,
  name: `Name of ${user}`,
  language,
  email,
});

test('mails each owner once, in their language, where their data is, and no other person', async () => {
  const site = siteWith(stage.smtp.port);
  const people = [person('erin', 'ko', 'erin@example.org'), person('kim', 'en', null)];
  const asked: string[] = [];
  const acts = holdsContract({
    mailRestored: mailRestored({
      site: async () => site,
      store: stage.store,
      transport: createMailTransport(),
      directory: {
        async lookup(users) {
          asked.push(...users);
          return new Map(people.map((one) => [one.user, one]));
        },
      },
      clock: () => new Date('2027-03-02T00:00:00Z'),
    }),
  });
  const plan = await stage.store.putPlan({ gate: 'restore', binding, observed });
  const ref = { workflow: 'restore/r1', step: 'mail-restored', round: 1, byHand: false };
  const proof = await acts.mailRestored({ ref, plan, name: 'r1' });
  expect(proof.facts).toMatchObject({ sent: 1, noAddress: 1 });
  expect(proof.summary).toContain('no address: kim');
  expect(asked).toEqual(['erin', 'kim']);
  expect(await acts.mailRestored({ ref, plan, name: 'r1' })).toMatchObject({ facts: { sent: 0, already: 1 } });
  expect(stage.smtp.mails).toHaveLength(1);
  const mail = stage.smtp.mails[0];
  expect(mail?.subject).toContain('복원');
  expect(mail?.text).toContain('`/csehome/erin.restored-2027-02-11-wipe`');
  expect(mail?.text).toContain('2027-02-11에');
  expect(mail?.text).not.toMatch(/[{}]/);
  // Another restore is another mail.
  expect(await acts.mailRestored({ ref, plan, name: 'r2' })).toMatchObject({ facts: { sent: 1 } });
});

test('the English one renders, too', async () => {
  const site = siteWith(stage.smtp.port);
  const acts = holdsContract({
    mailRestored: mailRestored({
      site: async () => site,
      store: stage.store,
      transport: createMailTransport(),
      directory: { lookup: async () => new Map([['kim', person('kim', 'en', 'kim@example.org')]]) },
      clock: () => new Date(),
    }),
  });
  const plan = await stage.store.putPlan({ gate: 'restore', binding, observed });
  await acts.mailRestored({ ref: { workflow: 'w', step: 's', round: 1, byHand: false }, plan, name: 'r3' });
  expect(stage.smtp.mails.map(({ text }) => text).join()).toContain('the account `kim` has been restored');
});

test('a restore of Docker data mails its user once, on which hosts it is', async () => {
  const site = siteWith(stage.smtp.port);
  const acts = holdsContract({
    mailRestoredDocker: mailRestoredDocker({
      site: async () => site,
      store: stage.store,
      transport: createMailTransport(),
      directory: { lookup: async () => new Map([['erin', person('erin', 'ko', 'erin@example.org')]]) },
      clock: () => new Date('2027-03-02T00:00:00Z'),
    }),
  });
  const entry = (host: string) => ({
    host,
    directory: '/local/.docker',
    name: 'erin',
    owner: 'erin',
    id: 'a',
    object: 'inode 1',
    born: '1',
  });
  const docker = { user: 'erin', entries: [entry('asahi'), entry('bernini')] };
  const seen = { at: '2027-03-01T00:00:00Z', until: {}, taken: [], silent: [] };
  const plan = await stage.store.putPlan({ gate: 'restore-docker', binding: docker, observed: seen });
  const ref = { workflow: 'restore/d1', step: 'mail-restored', round: 1, byHand: false };
  expect(await acts.mailRestoredDocker({ ref, plan, name: 'd1' })).toMatchObject({ facts: { sent: 1 } });
  expect(await acts.mailRestoredDocker({ ref, plan, name: 'd1' })).toMatchObject({ facts: { sent: 0, already: 1 } });
  expect(stage.smtp.mails).toHaveLength(1);
  expect(stage.smtp.mails[0]?.subject).toContain('Docker');
  expect(stage.smtp.mails[0]?.text).toMatch(/`asahi:\/local\/.docker\/erin`[^]*`bernini:\/local\/.docker\/erin`/);
});
