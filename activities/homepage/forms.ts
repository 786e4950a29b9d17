import type { ProofFacts, ProofKind, ProofOf, ProofOrigin } from '../../domain/proof.ts';
import { publishGate } from '../../domain/gates/publish.ts';
import { digestOf } from '../../domain/digest.ts';
import type { Semester } from '../../domain/semester.ts';
import { refuse } from '../failures.ts';
import { surveyText } from '../survey/text.ts';
import type { FormText } from '../survey/types.ts';
import { openForm } from './form.ts';
import type { HomepageDependencies } from './dependencies.ts';
import { renderForm } from './post.ts';
import type { HomepageActivities } from './contract.ts';

const proofOf = <W extends ProofKind>(
  clock: () => Date,
  what: W,
  summary: string,
  facts: ProofFacts[W],
  how: ProofOrigin = 'service',
): ProofOf<W> => ({
  what,
  at: clock().toISOString(),
  summary,
  facts,
  how,
});

/** The instructions at gate `form`. See `HomepageActivities`. */
export function formInstructions({ site: read }: HomepageDependencies): HomepageActivities['formInstructions'] {
  return async ({ semester, workflow }) => await renderForm(await read(), semester, workflow);
}

/** Proves that a form's address opens. */
export function checkForm({ clock }: HomepageDependencies): HomepageActivities['checkForm'] {
  return async ({ url }) => {
    const status = await openForm(url);
    return proofOf(clock, 'form', `the form opens (${status})`, { url, status }, 'by-hand');
  };
}

/** Makes the form at the survey's service, unpublished. */
export function makeForm({ site: read, surveys, clock }: HomepageDependencies): HomepageActivities['makeForm'] {
  return async ({ semester }) => {
    const site = await read();
    const { forms } = surveys(site);
    if (forms === undefined) return null;
    if (semester.formUrl !== undefined) throw notBoth(semester);
    const form = await forms.create(semester.name, await surveyText(site, semester));
    if (form.url === '') throw refuse('VerificationFailed', `survey: Google gives no link for the form ${form.id}`);
    const { id, url, open } = form;
    const state = open ? 'and already open' : 'and not published yet';
    return proofOf(clock, 'form-made', `the form is made, ${state}`, { id, url, open });
  };
}

/** Opens the form of an approved plan. */
export function publishForm({
  site: read,
  surveys,
  store,
  clock,
}: HomepageDependencies): HomepageActivities['publishForm'] {
  return async ({ ref, plan }) => {
    const { binding } = await store.getPlan(publishGate, plan);
    const { forms } = surveys(await read());
    if (forms !== undefined && !ref.byHand) {
      const { semester, form } = binding;
      const there = await forms.look(semester);
      if (there === null || there.id !== form.id || digestOf(textOf(there)) !== digestOf(textOf(form)))
        throw refuse('PlanVoid', 'publish: the form differs from the approved plan. Plan again: semester retry …');
      await forms.publish(semester);
    }
    const status = await openForm(binding.formUrl);
    return proofOf(
      clock,
      'form',
      `the form is open to everyone (${status})`,
      { url: binding.formUrl, status },
      how(forms, ref),
    );
  };
}

/** Stops answers to a form. */
export function closeForm({ site: read, surveys, clock }: HomepageDependencies): HomepageActivities['closeForm'] {
  return async ({ ref, semester }) => {
    const { forms } = surveys(await read());
    const form = forms && !ref.byHand ? await forms.close(semester) : null;
    if (form === null)
      return proofOf(clock, 'form-closed', 'a person closes the form', { open: null }, how(forms, ref));
    return proofOf(clock, 'form-closed', 'the form accepts no more answers', { open: form.open });
  };
}

const how = (forms: object | undefined, { byHand }: { byHand: boolean }): ProofOrigin =>
  forms === undefined || byHand ? 'by-hand' : 'service';

const textOf = ({ title, description, questions }: FormText): FormText => ({ title, description, questions });

const notBoth = ({ name }: Pick<Semester, 'name'>) =>
  refuse(
    'ConfigInvalid',
    `survey: ${name} sets formUrl, and survey.source is google: remove formUrl, or set survey.formId in site.yaml`,
  );
