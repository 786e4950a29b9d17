import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SurveySecrets } from '../../../activities/survey/source.ts';
import { surveyText } from '../../../activities/survey/text.ts';
import { columns, siteWith, useGoogle } from './google-fixture.ts';
import { startGoogle } from './google-server.ts';

const world = useGoogle();

describe('the form at Google', () => {
  it('is created unpublished with the questions of the template, shared with its editors alone', async () => {
    const form = await world.made();
    expect(form).toMatchObject({
      open: false,
      title: expect.stringContaining('GPU 서버'),
      url: expect.stringMatching(/^http/),
    });
    expect(form.description).toContain('https://id.example.org/groups/gpu');
    expect(form.questions.map(({ title }) => title)).toEqual(expect.arrayContaining(Object.values(columns)));
    expect(form.questions.at(-1)).toMatchObject({ choices: ['동의합니다', '동의하지 않습니다'] });
    const { permissions } = world.google.forms.get(form.id)!;
    expect(permissions.map((one) => one.emailAddress)).toEqual([
      'gpu@example.org',
      'kim@example.org',
      'lee@example.org',
    ]);
    expect((await fetch(form.url)).status).toBe(401);
  });

  it('is one form after any number of attempts, also after a crash before the record', async () => {
    const first = await world.made();
    await world.store.putNamed(`google-form/${world.name}`, null);
    expect(await world.made()).toEqual(first);
    expect(world.google.forms.size).toBe(1);
    expect(world.google.forms.get(first.id)!.permissions).toHaveLength(3);
    expect(world.google.forms.get(first.id)!.items).toHaveLength(8);
  });

  it('has all its questions once when the reply to their creation was lost', async () => {
    world.google.fail(/batchUpdate/, 503);
    await expect(world.made()).rejects.toMatchObject({ type: 'Unreachable', nonRetryable: false });
    const { id } = await world.made();
    expect(world.google.forms.get(id)!.items).toHaveLength(8);
  });

  it('keeps the changes of its editors', async () => {
    const { id } = await world.made();
    world.google.forms.get(id)!.items[0]!.description = 'lower case, please';
    expect((await world.made()).questions[0]).toMatchObject({ help: 'lower case, please' });
  });

  it('opens to every holder of the link, and closes', async () => {
    const { id, url } = await world.made();
    expect(await world.keeper().publish(world.name)).toMatchObject({ open: true });
    expect((await fetch(url)).status).toBe(200);
    await world.keeper().publish(world.name);
    expect(world.google.forms.get(id)!.permissions.filter(({ view }) => view === 'published')).toHaveLength(1);
    expect(await world.keeper().close(world.name)).toMatchObject({ id, open: false });
    expect(world.google.forms.get(id)!.publishSettings!.publishState).toEqual({
      isPublished: true,
      isAcceptingResponses: false,
    });
    expect(await world.keeper().close('never-made')).toBeNull();
  });

  it('can be a form that a person made', async () => {
    const { id } = await world.made();
    const site = siteWith({ formId: id });
    world.google.asked.length = 0;
    expect(await world.keeper(site).create('another', await surveyText(site, world.semester()))).toMatchObject({ id });
    expect(world.count(/^POST \/v1/)).toBe(0);
    expect(await world.keeper(site).reach()).toMatchObject({ questions: 8, open: false });
    const wrong = siteWith({ formId: 'form-99999999' });
    await expect(world.keeper(wrong).reach()).rejects.toMatchObject({
      type: 'ConfigInvalid',
      message: expect.stringMatching(/survey.formId/),
    });
  });
});

describe('a refusal by Google', () => {
  const retryDelay = (error: unknown) => (error as { nextRetryDelay?: unknown }).nextRetryDelay;
  const failure = async (act: Promise<unknown>) =>
    await act.then(
      () => null,
      (error: unknown) => error,
    );

  it.each([429, 500, 503])('is retried with %i, not before the given time', async (status) => {
    await world.made();
    world.google.fail(/^GET \/v1/, status, undefined, { 'retry-after': '120' });
    const error = await failure(world.keeper().look(world.name));
    expect(error).toMatchObject({
      type: 'Unreachable',
      nonRetryable: false,
      message: expect.stringContaining(String(status)),
    });
    expect(retryDelay(error)).toBe(120_000);
  });

  it('is retried if it is only a rate limit', async () => {
    await world.made();
    world.google.fail(/^GET \/v1/, 403, { error: { code: 403, errors: [{ reason: 'userRateLimitExceeded' }] } });
    expect(await failure(world.keeper().look(world.name))).toMatchObject({ type: 'Unreachable' });
  });

  it.each([
    [401, /SEMESTER_GOOGLE/],
    [403, /enable the Forms and Drive APIs/],
  ])('needs a person with %i', async (status, remedy) => {
    await world.made();
    world.google.fail(/^GET \/v1/, status);
    expect(await failure(world.keeper().look(world.name))).toMatchObject({
      type: 'ConfigInvalid',
      nonRetryable: true,
      message: expect.stringMatching(remedy),
    });
  });

  it('needs a person when the login was withdrawn, and contains no secret', async () => {
    await world.made();
    world.google.revoke();
    const error = await failure(world.keeper().look(world.name));
    expect(error).toMatchObject({
      type: 'ConfigInvalid',
      message: expect.stringMatching(/invalid_grant.*new refresh token/),
    });
    expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toContain('hunter2');
  });

  it('is retried when Google does not answer', async () => {
    await world.made();
    const forms = world.keeper();
    await world.google.stop();
    expect(await failure(forms.look(world.name))).toMatchObject({ type: 'Unreachable' });
    world.google = await startGoogle();
  });
});

describe('the login', () => {
  it('can be a service account that acts for a person', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const googleKey = JSON.stringify({ client_email: 'robot@project.iam', private_key: pem });
    const site = siteWith({ actAs: 'gpu@example.org' });
    expect(await world.keeper(site, { googleKey }).reach()).toEqual({ account: 'gpu@example.org' });
    expect(world.count(/token/)).toBe(1);
  });

  it('is named if it is missing or not a key, without the key', () => {
    const error = (secrets: SurveySecrets) => {
      try {
        return world.keeper(siteWith(), secrets) && null;
      } catch (thrown) {
        return thrown;
      }
    };
    expect(error({ googleClientId: 'x' })).toMatchObject({
      type: 'ConfigInvalid',
      message: expect.stringMatching(/SEMESTER_GOOGLE_CLIENT_SECRET, SEMESTER_GOOGLE_REFRESH_TOKEN/),
    });
    expect(error({ googleKey: '{hunter2' })).toMatchObject({ message: expect.not.stringContaining('hunter2') });
  });
});
