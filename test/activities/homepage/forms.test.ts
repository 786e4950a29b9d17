import { publishGate } from '../../../domain/gates/publish.ts';
import { describe, expect, it } from 'vitest';
import { createHomepageActivities } from '../../../activities/homepage/activities.ts';
import { calendar, fleetOf, opens } from './publishing.ts';
import { siteWith, useGoogle } from '../survey/google-fixture.ts';
import type { StepRef } from '../../../domain/step.ts';
import { holdsContract } from '../../support/contract.ts';

const world = useGoogle();
const ref: StepRef = { workflow: 'semester/2027-spring', step: 'open-form', round: 1, byHand: false };
const activities = (site = siteWith()) =>
  holdsContract(
    createHomepageActivities({
      site: async () => site,
      surveys: world.surveys(),
      store: world.store,
      remote: fleetOf(),
      clock: () => world.now,
      open: opens(),
    }),
  );

/** The service makes the form before the gate, and the plan holds its link. */
async function planned() {
  const semester = world.semester();
  const made = await activities().makeForm({ ref, semester });
  const formUrl = made?.facts.url ?? '';
  const plan = await activities().planPublish({ semester, calendar, formUrl });
  const { binding } = await world.store.getPlan(publishGate, plan.digest);
  return { id: made?.facts.id ?? '', formUrl, digest: plan.digest, binding, warnings: plan.warnings };
}

describe('a form at Google', () => {
  it('is bound by the plan as made: link, title, description and questions', async () => {
    const { id, formUrl, binding } = await planned();
    const { info, items } = world.google.forms.get(id)!;
    expect(binding).toMatchObject({ formUrl, form: { id, title: info.title, description: info.description } });
    expect(binding.form.questions.map(({ title }) => title)).toEqual(items.map(({ title }) => title));
    expect(binding.content).toContain(formUrl);
    expect((await fetch(formUrl)).status).toBe(401);
  });

  it('opens after the approval of its plan, and closes at the end', async () => {
    const { digest, formUrl } = await planned();
    expect(await activities().publishForm({ ref, plan: digest })).toMatchObject({
      how: 'service',
      facts: { status: 200 },
    });
    expect((await fetch(formUrl)).status).toBe(200);
    expect(await activities().closeForm({ ref, semester: world.name })).toMatchObject({ facts: { open: false } });
  });

  it('stays closed when a person has changed its questions', async () => {
    const { id, digest, formUrl } = await planned();
    world.google.forms.get(id)!.items[0]!.title = '계정 비밀번호';
    await expect(activities().publishForm({ ref, plan: digest })).rejects.toMatchObject({ type: 'PlanVoid' });
    expect((await fetch(formUrl)).status).toBe(401);
    const again = await planned();
    expect(again.digest).not.toBe(digest);
    expect(again.warnings).toContainEqual(expect.stringContaining('아이디'));
  });

  it("is refused if the semester names a person's form as well", async () => {
    const semester = { ...world.semester(), formUrl: 'https://forms.example.org' };
    await expect(activities().makeForm({ ref, semester })).rejects.toMatchObject({ type: 'ConfigInvalid' });
  });
});

describe('a form that a person makes', () => {
  const csv = siteWith({ source: 'csv', csv: '/nowhere.csv' });

  it('is not created, and the plan binds the questions that it should have', async () => {
    const semester = world.semester();
    expect(await activities(csv).makeForm({ ref, semester })).toBeNull();
    const plan = await activities(csv).planPublish({ semester, calendar, formUrl: 'https://forms.example.org' });
    const { binding } = await world.store.getPlan(publishGate, plan.digest);
    expect(binding.form).toMatchObject({ id: null, questions: { length: 8 } });
    expect(await activities(csv).closeForm({ ref, semester: world.name })).toMatchObject({ how: 'by-hand' });
  });

  it('must be open before the post is published', async () => {
    const formUrl = `${world.google.rootUrl}gone`;
    const plan = await activities(csv).planPublish({ semester: world.semester(), calendar, formUrl });
    await expect(activities(csv).publishForm({ ref, plan: plan.digest })).rejects.toMatchObject({
      type: 'VerificationFailed',
    });
  });
});
